internal import AuditModel

/// A value that a parameter of a statement takes.
protocol Bindable {
    func bind(to statement: Statement, _ index: Int32)
}

extension Int64: Bindable {
    func bind(to statement: Statement, _ index: Int32) { statement.bind(index, self) }
}

extension String: Bindable {
    func bind(to statement: Statement, _ index: Int32) { statement.bind(index, self) }
}

extension [UInt8]: Bindable {
    func bind(to statement: Statement, _ index: Int32) { statement.bind(index, self) }
}

extension ID128: Bindable {
    func bind(to statement: Statement, _ index: Int32) { statement.bind(index, self) }
}

extension Statement {
    /// Binds values to the parameters from one on.
    func bind<each Value: Bindable>(from index: Int32, _ values: repeat each Value) {
        var next = index
        for value in repeat each values {
            value.bind(to: self, next)
            next += 1
        }
    }

    /// Binds a row's values, from the first parameter on, and runs.
    func insert<each Value: Bindable>(_ values: repeat each Value) throws(StoreError) {
        bind(from: 1, repeat each values)
        try run()
    }
}
