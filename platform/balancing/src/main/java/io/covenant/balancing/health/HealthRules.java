package io.covenant.balancing.health;

/// How many probes in a row it takes to be believed.
///
/// @param rise good probes that bring an instance up
/// @param fall bad probes that bring it down
public record HealthRules(int rise, int fall) {

    public static final HealthRules DEFAULTS = new HealthRules(2, 3);

    public HealthRules {
        if (rise < 1 || fall < 1) {
            throw new IllegalArgumentException("rise and fall are at least 1");
        }
    }
}
