package io.covenant.simulation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test that runs once for each of many seeds; it takes the seed as its only parameter, a `long`.
///
/// All seeds are one test to JUnit, run on all processors: the method must not change fields, except such
/// as are made for several threads. The failure that is reported is that of the lowest failing seed.
///
/// - `-Dsimulation.seed=4711` plays only this seed.
/// - `-Dsimulation.seeds=100000` plays that many where the annotation says [#STANDARD], and in proportion
///   elsewhere; with `-Dsimulation.first=100001` they are the next ones.
@Test
@ExtendWith(SeedsExtension.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Seeds {

    /// What `simulation.seeds` is measured against.
    int STANDARD = 2_000;

    /// How many seeds, counted from 1.
    int value() default STANDARD;
}
