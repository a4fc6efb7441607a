package io.covenant.launcher.invariants;

import java.sql.SQLException;

/// One thing that must be true.
interface Check {

    /// It, as a sentence.
    String sentence();

    /// What there is to see of it at this moment. Databases are read one after the other, so that what is on
    /// its way from one to the other may look like a violation once, but not again later.
    Sight look() throws SQLException;
}
