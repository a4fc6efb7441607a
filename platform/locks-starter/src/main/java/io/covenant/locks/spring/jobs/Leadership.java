package io.covenant.locks.spring.jobs;

import java.util.OptionalLong;

/// The election for one job, as this instance sees it now.
public interface Leadership {

    /// What it is for: `orders/forget` for instance.
    String job();

    Standing standing();

    /// For the resource, while this instance leads.
    OptionalLong token();
}
