package io.covenant.transactions.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares a method of a Spring bean to be an operation that transactions can run as one of their branches.
///
/// ```java
/// @BranchOperation("reserve")
/// void reserve(Reservation reservation) { ... }
///
/// @BranchOperation("create")
/// void create(NewOrder order, Branch branch) { ... }
/// ```
///
/// The method takes its payload, a record, and on request the [Branch] it works in; it returns nothing. It runs inside
/// a database transaction that is prepared when it returns, and committed or rolled back when all branches have voted.
/// It refuses by throwing [BranchRefusedException]; any other exception refuses as well, as a failure.
///
/// Inside the method one database and one transaction exist: a second transaction (`REQUIRES_NEW`, another data source)
/// is refused, because it would not wait for the decision. What must happen after the commit is said with an
/// `AFTER_COMMIT` listener, which is held back until the decision. It then runs at most once, in the process
/// that did the work, and not at all when that process dies before: what must not be lost is a row, not a callback.
/// Threads that the method starts are outside of the branch.
///
/// The payload binds strictly: an unknown field, a wrong type or a broken Bean Validation rule is refused before the
/// method is called.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface BranchOperation {

    /// The operation's name, 1 to 40 characters of `a-z`, `0-9` and `-`; one method per name in a service.
    String value();

    /// Whether the method only reads. It then runs in a read-only transaction, in which PostgreSQL itself refuses
    /// writes, holds no locks afterwards, and costs no forced write.
    boolean readOnly() default false;
}
