/// Distances over the Earth, taken as a sphere of 6,371 km.
///
/// Only additions, multiplications, divisions and square roots, which IEEE 754 fixes to the last
/// bit: mathematical libraries differ between machines, and verdicts must not.
public enum GreatCircle {
    /// Kilometres between two points, rounded down (haversine). Hundredths of a degree.
    public static func distanceKm(
        latitudeA: Int, longitudeA: Int, latitudeB: Int, longitudeB: Int
    ) -> Int {
        let high = halfSine(latitudeA, latitudeB)
        let wide = halfSine(longitudeA, longitudeB)
        let cosines = sine(9000 - abs(clamped(latitudeA))) * sine(9000 - abs(clamped(latitudeB)))
        let square = min(1, max(0, high * high + cosines * wide * wide))
        let angle = 2 * arc(square.squareRoot(), (1 - square).squareRoot())
        return Int(6371 * angle)
    }

    /// Kilometres between two points, their radii left aside.
    public static func distanceKm(_ first: GeoPoint, _ second: GeoPoint) -> Int {
        distanceKm(
            latitudeA: first.latitude, longitudeA: first.longitude, latitudeB: second.latitude,
            longitudeB: second.longitude)
    }

    /// The least distance that is certain: distance − 1.5·√(R₁² + R₂²), rounded down.
    ///
    /// Databases state radii that hold for two thirds of addresses; 1.5 of them for nearly all.
    public static func lowerBoundKm(_ first: GeoPoint, _ second: GeoPoint) -> Int {
        let radii = Double(first.radiusKm * first.radiusKm + second.radiusKm * second.radiusKm)
        let bound = Double(distanceKm(first, second)) - 1.5 * radii.squareRoot()
        return bound > 0 ? Int(bound) : 0
    }

    private static func clamped(_ latitude: Int) -> Int { min(9000, max(-9000, latitude)) }

    /// |sin| of half the difference of two angles.
    private static func halfSine(_ first: Int, _ second: Int) -> Double {
        let turn = abs(first % 36000 - second % 36000) % 36000
        // The sine of half a turn's rest beyond 180° is that of what is missing to 360°.
        let difference = turn > 18000 ? 36000 - turn : turn
        return sineOfDegrees(Double(difference) / 200)
    }

    private static func sine(_ hundredths: Int) -> Double {
        sineOfDegrees(Double(hundredths) / 100)
    }

    /// Sine of 0° to 90° by its series; beyond the twelfth term nothing is left of a double.
    private static func sineOfDegrees(_ degrees: Double) -> Double {
        let angle = degrees * .pi / 180
        let square = angle * angle
        var term = angle
        var sum = angle
        for step in 1...12 {
            let next = Double(2 * step)
            term *= -square / (next * (next + 1))
            sum += term
        }
        return sum
    }

    /// The angle of the first quadrant with this sine and cosine.
    private static func arc(_ sine: Double, _ cosine: Double) -> Double {
        sine <= cosine ? arcTangent(sine / cosine) : .pi / 2 - arcTangent(cosine / sine)
    }

    /// Of 0 to 1: the angle is halved three times, then the series is short.
    private static func arcTangent(_ tangent: Double) -> Double {
        var tangent = tangent
        for _ in 0..<3 { tangent /= 1 + (1 + tangent * tangent).squareRoot() }
        let square = tangent * tangent
        var power = tangent
        var sum = tangent
        for step in 1...12 {
            power *= -square
            sum += power / Double(2 * step + 1)
        }
        return 8 * sum
    }
}
