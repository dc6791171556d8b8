/// Why a state image cannot be written or used. Whoever gets one while reading builds the state
/// anew from the events: an image only saves time.
public enum StateFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The image is of another program, other rules, other limits or another pool of texts.
    case foreign(String)
    /// The image is not what was written.
    case damaged(String)
    /// The place where the image goes did not take it.
    case unwritable(String)

    /// One sentence for people.
    public var description: String {
        switch self {
        case .foreign(let reason): "the state image belongs to something else: \(reason)"
        case .damaged(let reason): "the state image is damaged: \(reason)"
        case .unwritable(let reason): "the state image cannot be written: \(reason)"
        }
    }
}
