package io.covenant.transactions.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares the method that makes up for what a [SagaStep] of this name has done.
///
/// It takes what the step took, and runs in a local transaction, once, and only after a step that has committed: a
/// compensation that comes before its step, or without one, is kept from it, and keeps the step from ever being done.
/// Whatever it throws, it is asked again, and somebody hears of it when that does not help.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Compensation {

    /// The step's name.
    String value();
}
