/// One line of comma-separated values (RFC 4180, without line breaks in quotes).
enum CSVLine {
    struct Field: Equatable {
        /// Without quotes and surrounding blanks.
        var text: String
        /// From 1, in Unicode scalars; of the value as written.
        var place: (column: Int, length: Int)

        static func == (left: Field, right: Field) -> Bool {
            left.text == right.text && left.place == right.place
        }
    }

    /// A quote that is not closed.
    struct Fault: Error, Equatable {
        var column: Int
    }

    static func split(_ line: String) -> Result<[Field], Fault> {
        let scalars = Array(line.unicodeScalars)
        var fields: [Field] = []
        var index = 0
        while true {
            while index < scalars.count, isBlank(scalars[index]) { index += 1 }
            let start = index
            var text = String.UnicodeScalarView()
            if index < scalars.count, scalars[index] == "\"" {
                index += 1
                while true {
                    guard index < scalars.count else { return .failure(Fault(column: start + 1)) }
                    if scalars[index] == "\"" {
                        guard index + 1 < scalars.count, scalars[index + 1] == "\"" else { break }
                        index += 1
                    }
                    text.append(scalars[index])
                    index += 1
                }
                index += 1
            }
            // What follows a closing quote belongs to the value: it is reported as such.
            while index < scalars.count, scalars[index] != "," {
                text.append(scalars[index])
                index += 1
            }
            while let last = text.last, isBlank(last) { text.removeLast() }
            let length = max(1, min(index - start, text.count))
            fields.append(Field(text: String(text), place: (start + 1, length)))
            if index >= scalars.count { return .success(fields) }
            index += 1
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t"
    }
}
