internal import AuditModel

/// What an operation is told of one event of its rule, beside the event itself.
struct Occurrence: BitwiseCopyable {
    let time: Int64
    /// The group it belongs to.
    let key: ID128
    /// Bit i: the condition of input i holds; bit 0 alone for a rule without inputs.
    let inputs: UInt32
    /// Whether the selection holds that the operation asks for (``Operation/selection``).
    var isSelected = false
}
