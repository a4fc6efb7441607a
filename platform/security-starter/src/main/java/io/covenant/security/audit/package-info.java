/// Audits that show when somebody changed them: a chain of hashes over the rows of a table, and its check.
@NullMarked
package io.covenant.security.audit;

import org.jspecify.annotations.NullMarked;
