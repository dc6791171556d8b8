import Foundation
import MarkedText
import RuleBook
import Testing

@Suite("Schema and fields")
struct ReferenceTests {
    @Test("Every field has a type and one line of meaning")
    func fields() throws {
        let fields = RuleBook.fields
        #expect(fields.map(\.name) == RuleBook.fieldNames)
        for field in fields {
            #expect(!field.meaning.isEmpty, "\(field.name)")
            #expect(field.type != "names" || !field.values.isEmpty, "\(field.name)")
        }
        #expect(RuleBook.fieldsText.split(separator: "\n").count == fields.count)
        let listed = try JSONSerialization.jsonObject(with: Data(RuleBook.fieldsJSON.utf8))
        #expect((listed as? [[String: Any]])?.compactMap { $0["name"] as? String }
            == fields.map(\.name))
    }

    private func schema() throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(RuleBook.schema.utf8))
        return try #require(value as? [String: Any])
    }

    @Test("The schema knows exactly the keys that the block takes")
    func keys() throws {
        let definitions = try #require(try schema()["$defs"] as? [String: [String: Any]])
        let block = try #require(definitions["grantrail"]?["properties"] as? [String: Any])
        for key in block.keys {
            let places = RuleFixture.places(RuleFixture.replacing("message:", "\(key):"))
            #expect(!places.contains { $0.hasPrefix("rule.unknown_key") }, "\(key)")
        }
        let unknown = RuleFixture.load(RuleFixture.replacing("message:", "zzzz:")).diagnostics
        let remedy = try #require(unknown.first?.remedy)
        let known = remedy.dropFirst("one of: ".count).split(separator: ", ").map(String.init)
        #expect(Set(known) == Set(block.keys))
    }

    @Test("Every reference of the schema leads to a definition")
    func references() throws {
        let definitions = try #require(try schema()["$defs"] as? [String: Any])
        func visit(_ value: Any) {
            if let object = value as? [String: Any] {
                if let reference = object["$ref"] as? String {
                    #expect(definitions[String(reference.dropFirst("#/$defs/".count))] != nil)
                }
                object.values.forEach(visit)
            } else if let list = value as? [Any] {
                list.forEach(visit)
            }
        }
        visit(try schema())
    }
}
