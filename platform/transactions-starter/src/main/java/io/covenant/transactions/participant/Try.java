package io.covenant.transactions.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares a method of a Spring bean to reserve what an operation needs, for transactions under *try, confirm,
/// cancel*.
///
/// ```java
/// @Try("reserve")
/// void hold(Reservation reservation, Branch branch) { ... }
///
/// @Confirm("reserve")
/// void take(Branch branch) { ... }
///
/// @Cancel("reserve")
/// void giveBack(Branch branch) { ... }
/// ```
///
/// The method takes its payload, a record, and on request the [Branch] it works in. It runs inside a local database
/// transaction, together with the row that is the evidence of it, and both commit when it returns. What it reserves it
/// writes under the branch's gid: the two others get nothing but the branch. It refuses by throwing
/// [BranchRefusedException]. It returns nothing, or whether there was anything to reserve.
///
/// What it commits, others see. So what must not be taken for a fact has to be written down as reserved.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Try {

    /// The operation's name, 1 to 40 characters of `a-z`, `0-9` and `-`; one try per name in a service.
    String value();
}
