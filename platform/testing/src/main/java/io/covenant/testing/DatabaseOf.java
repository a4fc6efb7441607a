package io.covenant.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Names the service whose [TestDatabase] a parameter wants; the same name gives the same database within a test class.
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface DatabaseOf {

    /// The service, for instance `orders`.
    String value();
}
