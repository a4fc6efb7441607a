package io.covenant.locks.spring;

import io.covenant.locks.wire.LockMode;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A method that runs under a lock; its token is in the [FencingContext], and the method is interrupted
/// when the lock is lost. Put it outside of the transaction: the lock has to outlast the commit.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface FencedLock {

    /// Of the lock; `#{...}` are expressions over the method's parameters: `customers/#{#order.customer}`.
    String name();

    /// EXCLUSIVE or SHARED.
    LockMode mode() default LockMode.EXCLUSIVE;

    /// How long to wait, as a duration (`5s`, `PT5S`); empty waits until the session ends. When it is over, the
    /// caller gets a [io.covenant.locks.client.LockTimeoutException].
    String atMost() default "5s";
}
