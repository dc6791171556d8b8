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

            EXAMPLES
              grantrail ingest keycloak.jsonl --store events.db
              grantrail ingest 'logs/*.jsonl.gz' --store events.db
              zstdcat old.zst | grantrail ingest - --store events.db --dialect keycloak
            """)

    @Argument(help: "Files, directories, globs, or - for standard input.")
    var paths: [String]

    @Option(help: "The store's file; made when it is missing.")
    var store: String

    @OptionGroup var intake: IntakeArguments

    func run() {
        perform { () throws(PipelineError) in
            let options = try intake.options()
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
}

/// The inputs behind paths of the command line.
func resolve(_ paths: [String]) throws(PipelineError) -> [Input] {
    do throws(IntakeError) {
        return try InputSet.resolve(paths: paths)
    } catch {
        throw .intake(error)
    }
}
