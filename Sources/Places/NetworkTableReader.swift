internal import AuditModel
internal import Glibc
internal import MarkedText

/// Reads a file of own networks: `prefix,class[,name[,country,city,lat,lon,radius_km]]` or
/// `ASnumber,class[,name]` a line. Goes through the whole file before it gives up.
struct NetworkTableReader {
    /// The most bytes of a file.
    static let largestFile = 64 << 20
    /// The most diagnostics kept; more of them help nobody.
    static let mostDiagnostics = 100

    private let path: String
    private var prefixes: [IPPrefix] = []
    private var entries: [NetworkTable.Entry] = []
    private var systems: [UInt32: NetworkClass] = [:]
    private var firstLines: [String: Int] = [:]
    private var diagnostics: [NetworkDiagnostic] = []
    private var errorCount = 0
    // The line being read.
    private var number = 0
    private var line = ""

    private init(path: String) { self.path = path }

    /// - Throws: ``PlacesError``, with everything that is wrong in ``PlacesError/diagnostics``.
    static func read(path: String) throws(PlacesError) -> NetworkTable {
        try read(bytes(of: path), path: path)
    }

    static func read(_ bytes: [UInt8], path: String) throws(PlacesError) -> NetworkTable {
        var reader = NetworkTableReader(path: path)
        reader.readAll(bytes)
        if reader.errorCount > 0 {
            let errors = reader.errorCount == 1 ? "1 error" : "\(reader.errorCount) errors"
            throw PlacesError(
                .networks,
                "cannot use the networks of \(path): the file has \(errors); correct it",
                diagnostics: reader.diagnostics)
        }
        return NetworkTable(
            prefixes: reader.prefixes, entries: reader.entries, systems: reader.systems)
    }

    private static func bytes(of path: String) throws(PlacesError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            let isMissing = errno == ENOENT
            throw PlacesError(
                isMissing ? .missing : .unreadable,
                "cannot open the networks \(path): \(String(cString: strerror(errno))); "
                    + (isMissing ? "check the path" : "check its permissions"))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= largestFile {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        guard ferror(file) == 0 else {
            throw PlacesError(
                .unreadable,
                "cannot read the networks \(path): reading failed; check that it is a file")
        }
        return bytes
    }

    private mutating func readAll(_ bytes: [UInt8]) {
        if bytes.count > Self.largestFile {
            report(.tooLarge, "the file has more than \(Self.largestFile >> 20) MiB; split it")
            return
        }
        var isFirst = true
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        for raw in content.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            line = String(decoding: raw.last == 0x0D ? raw.dropLast() : raw, as: UTF8.self)
            guard let first = line.unicodeScalars.first(where: { $0 != " " && $0 != "\t" }),
                first != "#"
            else { continue }
            guard String(validating: raw, as: UTF8.self) != nil else {
                report(.encoding, "the line is not UTF-8; save the file as UTF-8")
                continue
            }
            switch CSVLine.split(line) {
            case .failure(let fault):
                report(.quote, "the quote is not closed", (fault.column, 1))
            case .success(let fields):
                defer { isFirst = false }
                if isFirst, fields[0].text.lowercased() == "prefix" { continue }
                readRow(fields)
            }
        }
    }

    private mutating func readRow(_ fields: [CSVLine.Field]) {
        let end = (column: line.unicodeScalars.count + 1, length: 1)
        guard fields.count >= 2 else {
            report(.columns, "the class is missing; write prefix,class", end)
            return
        }
        if fields.count > 8 {
            report(.columns, "there are \(fields.count) columns; 8 is the most", fields[8].place)
        }
        let networkClass = NetworkClass(name: fields[1].text.lowercased())
        if networkClass == nil {
            let names = NetworkClass.names.joined(separator: ", ")
            report(
                .networkClass, "'\(fields[1].text.prefix(40))' is no class; write one of \(names)",
                fields[1].place)
        }
        if let system = system(fields[0]) {
            if let extra = fields.dropFirst(3).first(where: { !$0.text.isEmpty }) {
                report(.columns, "an autonomous system has no place; leave it out", extra.place)
            }
            if isNew("AS\(system)", fields[0]), let networkClass { systems[system] = networkClass }
            return
        }
        guard let prefix = prefix(fields[0]) else { return }
        let place = place(fields)
        guard isNew("\(prefix.first.bits.hex)/\(prefix.length)", fields[0]), let networkClass
        else { return }
        prefixes.append(prefix)
        entries.append(NetworkTable.Entry(networkClass: networkClass, place: place))
    }

    private func system(_ field: CSVLine.Field) -> UInt32? {
        guard field.text.uppercased().hasPrefix("AS") else { return nil }
        let digits = field.text.dropFirst(2)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt32(digits), number > 0
        else { return nil }
        return number
    }

    private mutating func prefix(_ field: CSVLine.Field) -> IPPrefix? {
        switch IPPrefix.read(field.text) {
        case .success(let prefix): return prefix
        case .failure(.hostBits(let meant)):
            report(.hostBits, "bits beyond the length are set; write \(meant)", field.place)
        case .failure(.notAPrefix):
            report(
                .prefix,
                "'\(field.text.prefix(50))' is no prefix; write 192.0.2.0/24, 2001:db8::/32 "
                    + "or AS64500", field.place)
        }
        return nil
    }

    private mutating func isNew(_ key: String, _ field: CSVLine.Field) -> Bool {
        if let line = firstLines[key] {
            report(.duplicate, "line \(line) has this network already", field.place)
            return false
        }
        firstLines[key] = number
        return true
    }

    private mutating func place(_ fields: [CSVLine.Field]) -> NetworkTable.Place? {
        func field(_ index: Int) -> CSVLine.Field? {
            index < fields.count && !fields[index].text.isEmpty ? fields[index] : nil
        }
        guard (3...7).contains(where: { field($0) != nil }) else { return nil }
        var place = NetworkTable.Place()
        if let country = field(3) {
            let letters = Array(country.text.uppercased().utf8)
            if letters.count == 2, letters.allSatisfy({ (0x41...0x5A).contains($0) }) {
                place.country = UInt16(letters[0]) << 8 | UInt16(letters[1])
            } else {
                report(.country, "a country has two letters (ISO 3166-1)", country.place)
            }
        }
        place.city = field(4)?.text
        place.point = point(field(5), field(6), field(7), hasCity: place.city != nil)
        return place
    }

    private mutating func point(
        _ latitude: CSVLine.Field?, _ longitude: CSVLine.Field?, _ radius: CSVLine.Field?,
        hasCity: Bool
    ) -> GeoPoint? {
        let north = degrees(latitude, limit: 90, "latitude")
        let east = degrees(longitude, limit: 180, "longitude")
        var kilometres = 0.0
        if let radius {
            if let value = Int(radius.text), (1...GeoPoint.largestRadiusKm).contains(value) {
                kilometres = Double(value)
            } else {
                report(
                    .place, "a radius is 1 to \(GeoPoint.largestRadiusKm) kilometres",
                    radius.place)
            }
        }
        guard let given = latitude ?? longitude ?? radius else { return nil }
        guard latitude != nil, longitude != nil else {
            report(.place, "latitude and longitude go together", given.place)
            return nil
        }
        guard let north, let east else { return nil }
        return PointReading.point(
            latitude: north, longitude: east, radiusKm: kilometres, hasCity: hasCity)
    }

    private mutating func degrees(
        _ field: CSVLine.Field?, limit: Double, _ name: String
    ) -> Double? {
        guard let field else { return nil }
        // Not what `Double` takes beyond plain decimals: exponents, hexadecimals, `nan`.
        let isPlain = field.text.allSatisfy { "0123456789-.".contains($0) }
        guard isPlain, let value = Double(field.text), abs(value) <= limit else {
            report(.place, "a \(name) is -\(Int(limit)) to \(Int(limit)) degrees", field.place)
            return nil
        }
        return value
    }

    private mutating func report(
        _ code: NetworkDiagnostic.Code, _ message: String,
        _ place: (column: Int, length: Int) = (1, 1)
    ) {
        errorCount += 1
        guard diagnostics.count < Self.mostDiagnostics else { return }
        diagnostics.append(
            NetworkDiagnostic(
                code: code, path: path,
                place: MarkedText.Place(
                    line: number, column: place.column, length: place.length),
                message: message, sourceLine: line))
    }
}
