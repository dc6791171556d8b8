/// What kept notifications of a stored alert back stands in its JSON; these read and change it
/// without reading the rest.
extension AlertJSON {
    /// What kept the last notification of an alert back; nil when nothing did.
    public static func suppression(of body: [UInt8]) -> String? {
        suppressionPlaces(in: body).map { String(decoding: body[$0.value], as: UTF8.self) }
    }

    /// An alert's JSON with another suppression or none; as it is when it was not written here.
    ///
    /// - Parameter suppressor: such as `silence:3`, without characters that JSON escapes; nil for
    ///   a notification that nothing keeps back.
    public static func suppressed(_ body: [UInt8], by suppressor: String?) -> [UInt8] {
        var result = body
        if let places = suppressionPlaces(in: body) { result.removeSubrange(places.member) }
        guard let suppressor, result.last == UInt8(ascii: "}") else { return result }
        result.removeLast()
        result += start + Array("\(suppressor)\"}".utf8)
        return result
    }

    /// The member's name and what stands around it. No text of an alert can hold these bytes: in a
    /// text a quote has a backslash before it.
    private static let start = Array(",\"\(suppressedBy)\":\"".utf8)

    /// Looked for from the end, where it stands.
    private static func suppressionPlaces(
        in body: [UInt8]
    ) -> (member: Range<Int>, value: Range<Int>)? {
        var place = body.count - start.count
        while place >= 0 {
            let first = place + start.count
            if body[place] == start[0], body[place..<first].elementsEqual(start) {
                let end = body[first...].firstIndex(of: UInt8(ascii: "\""))
                return end.map { (place..<($0 + 1), first..<$0) }
            }
            place -= 1
        }
        return nil
    }
}
