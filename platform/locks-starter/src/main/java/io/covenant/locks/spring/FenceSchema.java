package io.covenant.locks.spring;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.migration.JavaMigration;
import org.springframework.beans.factory.InitializingBean;

/// Makes the guard's own tables, with the service's Flyway and its rights, but under a history of their own: their
/// versions do not mix with the service's.
final class FenceSchema implements InitializingBean {

    private final Flyway services;

    FenceSchema(Flyway services) {
        this.services = services;
    }

    @Override
    public void afterPropertiesSet() {
        Flyway.configure(services.getConfiguration().getClassLoader())
                .configuration(services.getConfiguration())
                .locations("classpath:db/fencing")
                .table("fencing_schema_history")
                .callbacks(new Callback[0])
                .javaMigrations(new JavaMigration[0])
                // The schema holds the service's tables already.
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
    }
}
