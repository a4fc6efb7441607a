package io.covenant.balancing;

import io.covenant.balancing.outlier.Reason;

/// Something that operators want to hear of.
public sealed interface Change {

    String service();

    record Ejected(String service, String instance, Reason reason, int times, long nanos) implements Change {}

    /// It gets a request, to see how it does.
    record OnTrial(String service, String instance) implements Change {}

    record Readmitted(String service, String instance) implements Change {}

    /// Nobody listens there.
    record Gone(String service, String instance) implements Change {}

    record Returned(String service, String instance) implements Change {}

    /// By active probes.
    record Down(String service, String instance) implements Change {}

    record Up(String service, String instance) implements Change {}
}
