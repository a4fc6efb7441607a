package io.covenant.transactions.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares the method that uses what a [Try] of this name has reserved.
///
/// It takes the [Branch] and returns nothing, and runs in a local transaction, once. It cannot refuse: the
/// decision is taken, and whatever it throws, it is called again. The one thing it may find is that the
/// reservation is not there any more, which it says by [ReservationGoneException].
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Confirm {

    /// The operation's name, that of its [Try].
    String value();
}
