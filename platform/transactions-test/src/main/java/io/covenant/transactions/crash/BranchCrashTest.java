package io.covenant.transactions.crash;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/// A `@SpringBootTest` of a service whose branches are to die, on a real port and on a real PostgreSQL.
///
/// It has a bean of type [BranchCrashes] injected.
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Import(BranchCrashConfiguration.class)
public @interface BranchCrashTest {}
