package io.covenant.balancing.health;

/// What active probes say of one instance: up or down, and how many probes in a row said otherwise
/// since.
public record Health(boolean up, int contradictions) {

    /// Where an instance begins: whoever announced it vouches for it.
    public static final Health UP = new Health(true, 0);

    /// After one more probe.
    public Health probed(boolean good, HealthRules rules) {
        if (good == up) {
            return contradictions == 0 ? this : new Health(up, 0);
        }
        int needed = up ? rules.fall() : rules.rise();
        return contradictions + 1 >= needed ? new Health(good, 0) : new Health(up, contradictions + 1);
    }
}
