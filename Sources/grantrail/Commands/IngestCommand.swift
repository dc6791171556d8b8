import ArgumentParser
import Delivery
import EventStore
import Foundation
import Intake
import Pipeline
import TokenScan

struct IngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Put records into an event store. Ingesting them again changes nothing.",
        discussion: """
            Secrets in the records become fingerprints before anything is stored. Records that \
            cannot be used are counted and put aside, redacted: `grantrail store quarantine`.

            Topics of Kafka are read up to the ends they have now. The store keeps how far that \
            was: the next time reading goes on from there.

            EXAMPLES
              grantrail ingest keycloak.jsonl --store events.db
              grantrail ingest 'logs/*.jsonl.gz' --store events.db
              grantrail ingest kafka://127.0.0.1:9092/keycloak-events --store events.db
              zstdcat old.zst | grantrail ingest - --store events.db --dialect keycloak
            """)

    @Argument(help: "Files, directories, globs, - for standard input, or kafka://HOST/TOPIC.")
    var paths: [String]

    @Option(help: "The store's file; made when it is missing.")
    var store: String

    @Option(
        name: .customLong("connect-timeout"),
        help: "How long Kafka may be unreachable before it is given up.")
    var connectTimeout = Span(nanoseconds: 30_000_000_000)

    @OptionGroup var intake: IntakeArguments

    func validate() throws {
        if let problem = LivePlaces.problem(paths) { throw ValidationError(problem) }
    }

    func run() {
        perform { () throws(PipelineError) in
            let options = try intake.options()
            if LivePlaces.areInKafka(paths) { return try ingestTopics(options) }
            let inputs = try resolve(paths)
            let store = try openStore(store, .readWrite(keyCheck: options.key.checkValue))
            let progress = ProgressLine(.bytes)
            let ingestor = Ingestor(progress: progress.update)
            do throws(PipelineError) {
                let tally = try ingestor.run(inputs, into: store, options: options)
                progress.finish()
                note(tally)
                try onStore { () throws(StoreError) in try store.close() }
            } catch {
                progress.finish()
                // What was read so far stays; closing only leaves a tidy file behind.
                try? store.close()
                throw error
            }
        }
    }

    private func ingestTopics(_ options: IntakeOptions) throws(PipelineError) {
        let ingest = KafkaIngest(
            try LivePlaces(paths), options, patience: Double(connectTimeout.nanoseconds) / 1e9)
        let store = try openStore(store, .readWrite(keyCheck: options.key.checkValue))
        do throws(PipelineError) {
            note(try ingest.run(into: store))
        } catch {
            // What was read so far stays; closing only leaves a tidy file behind.
            try? store.close()
            throw error
        }
        try onStore { () throws(StoreError) in try store.close() }
    }
}

/// The inputs behind paths of the command line.
func resolve(_ paths: [String]) throws(PipelineError) -> [Input] {
    do throws(IntakeError) {
        return try InputSet.resolve(paths: paths)
    } catch {
        throw .intake(error)
    }
}
