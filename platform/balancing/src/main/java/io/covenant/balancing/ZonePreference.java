package io.covenant.balancing;

/// Stay in the own zone as far as it can carry the load.
///
/// As long as `healthy share * margin` of the zone reaches 1, everything stays; below, the rest goes to
/// the other zones, to each by what is healthy there. Source of the margin: Envoy's overprovisioning
/// factor ("Locality weighted load balancing"); of the callers' share: Envoy's zone aware routing.
///
/// @param zone    the own one; empty for no preference
/// @param margin  by how much more than usual an instance can carry: 1.4 keeps everything until 29 % are
///                missing
/// @param callers the share of all callers that are in this zone, so that a small zone with many callers
///                is not flooded; 0 when nobody knows
public record ZonePreference(String zone, double margin, double callers) {

    public static final ZonePreference NONE = new ZonePreference("", 1.4, 0);

    public ZonePreference {
        if (!(margin >= 1) || !(callers >= 0 && callers <= 1)) {
            throw new IllegalArgumentException("margin >= 1, 0 <= callers <= 1");
        }
    }

    public static ZonePreference of(String zone) {
        return new ZonePreference(zone, 1.4, 0);
    }

    public boolean isNone() {
        return zone.isEmpty();
    }

    /// The share of requests that stay.
    ///
    /// @param open    the weight of the zone's instances that are available
    /// @param all     the weight of the zone's instances
    /// @param outside the weight of the available instances of other zones
    /// @param total   the weight of all instances of all zones
    double staying(long open, long all, long outside, long total) {
        if (open == 0) {
            return 0;
        }
        if (outside == 0) {
            return 1;
        }
        double carried = margin * open / all;
        double due = callers == 0 ? 1 : (double) all / total / callers;
        return Math.min(1, Math.min(carried, due));
    }
}
