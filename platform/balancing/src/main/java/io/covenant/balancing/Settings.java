package io.covenant.balancing;

import io.covenant.balancing.health.HealthRules;
import io.covenant.balancing.health.SlowStart;
import io.covenant.balancing.load.LoadRules;
import io.covenant.balancing.outlier.OutlierRules;

/// How an [Upstream] judges its instances.
public record Settings(OutlierRules outliers, HealthRules health, SlowStart slowStart, LoadRules load) {

    public static final Settings DEFAULTS =
            new Settings(OutlierRules.DEFAULTS, HealthRules.DEFAULTS, SlowStart.DEFAULTS, LoadRules.DEFAULTS);

    public Settings with(OutlierRules other) {
        return new Settings(other, health, slowStart, load);
    }

    public Settings with(SlowStart other) {
        return new Settings(outliers, health, other, load);
    }

    public Settings with(LoadRules other) {
        return new Settings(outliers, health, slowStart, other);
    }

    public Settings with(HealthRules other) {
        return new Settings(outliers, other, slowStart, load);
    }
}
