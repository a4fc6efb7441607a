package io.covenant.transactions.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares a method of a Spring bean to be a step that sagas can take.
///
/// ```java
/// @SagaStep("reserve")
/// void reserve(Reservation reservation, Branch branch) { ... }
///
/// @Compensation("reserve")
/// void giveBack(Reservation reservation, Branch branch) { ... }
/// ```
///
/// The method takes its payload, a record, and on request the [Branch] it works in; it returns nothing. It runs
/// inside a local database transaction, together with the row that is the evidence of it, and both commit when
/// it returns, before the saga is over. It refuses by throwing [BranchRefusedException], and then will never be
/// done.
///
/// A step without a [Compensation] can only be a saga's pivot, or come after it.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface SagaStep {

    /// The step's name, 1 to 40 characters of `a-z`, `0-9` and `-`; one method per name in a service.
    String value();

    /// Whether the method only begins what takes longer. The service then says how it ended, by
    /// [io.covenant.transactions.participant.local.StepReports].
    boolean reports() default false;
}
