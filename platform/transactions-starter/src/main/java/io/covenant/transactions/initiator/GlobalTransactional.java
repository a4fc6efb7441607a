package io.covenant.transactions.initiator;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares a method whose branches are one transaction: it says them to the [CurrentTransaction], and they run
/// together when it has returned.
///
/// ```java
/// @GlobalTransactional(name = "place-order", protocol = CommitProtocol.TCC)
/// Order place(Order order) {
///     current.say(draft -> draft.branch("orders", "create", order));
///     shipping.post().uri("/internal/parcels").body(order.address()).retrieve().toBodilessEntity(); // says its own
///     return order;
/// }
/// ```
///
/// Nothing happens before the method returns, and nothing at all when it throws. A method that such a method calls, on
/// this thread or by `RestClient` at another service's `/internal/`, joins its transaction: what it says is run with
/// the rest, and its own attributes count for nothing.
///
/// The caller gets what the method returned when the transaction has committed, and otherwise
/// [TransactionAbortedException] or [TransactionInDoubtException]. The method must not be called inside of a database
/// transaction, which would commit or roll back by itself. Works on beans, through their proxies.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface GlobalTransactional {

    /// What it is, for people; the method's name in kebab case when absent.
    String name() default "";

    /// How it is committed.
    CommitProtocol protocol() default CommitProtocol.TWO_PHASE;

    /// When undecided after this long it aborts.
    long deadlineMillis() default 3_000;
}
