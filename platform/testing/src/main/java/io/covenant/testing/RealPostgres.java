package io.covenant.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test class that works on real PostgreSQL.
///
/// Its constructor and methods may take a [PostgresInstance], the server that all tests of this JVM share,
/// and [TestDatabase]s, each made on first use, kept for the whole class with its nested ones, and dropped
/// after it. Several databases are told apart by [DatabaseOf]. Whatever a test did to the server, the next
/// one finds it serving.
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RealPostgresExtension.class)
public @interface RealPostgres {}
