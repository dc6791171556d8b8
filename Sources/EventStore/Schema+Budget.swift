extension Schema {
    /// What format 4 added for the budgets of hooks: finding what was told of an alert.
    static let budgetIndexes = [
        (name: "notice_id", sql: "CREATE INDEX notice_id ON notice (id)")
    ]
}
