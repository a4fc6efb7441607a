package io.covenant.transactions.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares the method that gives back what a [Try] of this name has reserved.
///
/// It takes the [Branch] and returns nothing, and runs in a local transaction, once, and only after a try that has
/// committed: a cancellation that comes before its try, or without one, is kept from it. It cannot refuse: whatever it
/// throws, it is called again.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Cancel {

    /// The operation's name, that of its [Try].
    String value();
}
