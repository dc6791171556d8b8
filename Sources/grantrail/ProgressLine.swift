import Delivery
import Foundation

/// A bar on a terminal's standard error that says how far long work has come, how fast, and when it
/// will be done. Nothing is written where standard error is no terminal.
final class ProgressLine {
    private let started = ContinuousClock.now
    private var shown: ContinuousClock.Instant
    private let unit: ProgressText.Unit
    private let isShown: Bool

    /// The shortest time between two of its pictures.
    private static let interval = Duration.milliseconds(200)

    init(_ unit: ProgressText.Unit) {
        self.unit = unit
        shown = started
        isShown = Terminal.errorIsTerminal
    }

    /// - Parameter total: nil when nobody knows how much there is.
    func update(_ done: Int64, _ total: Int64?) {
        guard isShown else { return }
        let now = ContinuousClock.now
        guard shown.duration(to: now) > Self.interval else { return }
        shown = now
        let text = ProgressText(
            done: done, total: total, seconds: started.duration(to: now) / .seconds(1), unit: unit)
        Terminal.tell("\r\u{1B}[K\(text.line(columns: Self.columns))")
    }

    /// Takes the bar away, if it was ever there.
    func finish() {
        if isShown, shown > started { Terminal.tell("\r\u{1B}[K") }
    }

    /// The terminal's width; 80 where it does not say.
    private static var columns: Int {
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }
}
