package io.covenant.locks.spring;

import io.covenant.locks.client.LockClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/// Says at the start what an application without a lock service does not do.
@AutoConfiguration(after = LocksAutoConfiguration.class)
@ConditionalOnMissingBean(LockClient.class)
public class WithoutLocksAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(WithoutLocksAutoConfiguration.class);

    @Bean
    SmartInitializingSingleton withoutLocks(Environment environment) {
        var why = environment.getProperty("covenant.locks.client.enabled", Boolean.class, true)
                ? "covenant.services.locks names no node"
                : "covenant.locks.client.enabled is false";
        return () -> LOG.warn(
                "No lock service: {}. This instance registers nowhere, finds nobody by name, and elects nobody for its jobs.",
                why);
    }
}
