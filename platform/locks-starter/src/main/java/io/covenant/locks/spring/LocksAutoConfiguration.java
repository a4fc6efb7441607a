package io.covenant.locks.spring;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.fencing.FencingGuard;
import io.covenant.security.token.ServiceToken;
import io.covenant.web.problem.ProblemMapping;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import net.javacrumbs.shedlock.core.LockProvider;
import org.aspectj.lang.annotation.Aspect;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.core.env.Environment;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.web.filter.OncePerRequestFilter;

/// Contributes a [LockClient] of `covenant.services.locks`, and around it what the application's libraries
/// can use. With `covenant.client.ssl-bundle` it shows and believes the certificates of that bundle where an address is
/// `https`.
@AutoConfiguration(
        afterName = {
            "io.covenant.security.SecurityAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@Conditional(OnLockService.class)
@EnableConfigurationProperties(LocksProperties.class)
public class LocksAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    LockClient lockClient(
            LocksProperties properties,
            Environment environment,
            ObjectProvider<LockCredentials> shown,
            ObjectProvider<SslBundles> bundles) {
        var builder = LockClient.builder(nodes(environment))
                .headers(shown.getIfAvailable(() -> Map::of))
                .name(who(environment))
                .ttl(properties.ttl())
                .grace(properties.grace())
                .patience(properties.patience())
                .interruptInJeopardy(properties.interruptInJeopardy());
        var bundle = environment.getProperty("covenant.client.ssl-bundle");
        if (bundle != null) {
            builder.tls(new BundledTls(bundles.getObject(), bundle));
        }
        var client = builder.build();
        return properties.eager() ? client.listen(new EagerSession(client)).start() : client;
    }

    private static List<URI> nodes(Environment environment) {
        var nodes = OnLockService.nodes(environment);
        if (nodes.isEmpty()) {
            throw new LocksMisconfiguredException(
                    "No node of the lock service is named.",
                    "Set covenant.services.locks to the base URIs of its nodes, with commas between them, or"
                            + " covenant.locks.client.enabled=false to do without locks.");
        }
        for (var node : nodes) {
            if (!"http".equals(node.getScheme()) && !"https".equals(node.getScheme())) {
                throw new LocksMisconfiguredException(
                        "A node of the lock service is '%s', which is no http or https URI.".formatted(node),
                        "Set covenant.services.locks to base URIs such as http://127.0.0.1:8401.");
            }
        }
        return nodes;
    }

    private static String who(Environment environment) {
        return environment.getProperty(
                "covenant.node", environment.getProperty("spring.application.name", "application"));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ServiceToken.class)
    static class ShownToTheLockService {

        @Bean
        @ConditionalOnBean(ServiceToken.class)
        @ConditionalOnMissingBean
        LockCredentials lockCredentials(ServiceToken token) {
            return LockCredentials.of(token::authorization);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(LockRegistry.class)
    static class Registry {

        @Bean
        @ConditionalOnMissingBean(LockRegistry.class)
        LeasedLockRegistry lockRegistry(LockClient client, LocksProperties properties) {
            return new LeasedLockRegistry(client, properties.prefix());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(LockProvider.class)
    static class Shed {

        @Bean
        @ConditionalOnMissingBean(LockProvider.class)
        LockProvider lockProvider(LockClient client) {
            return new ShedLocks(client, InstantSource.system());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Aspect.class)
    @EnableAspectJAutoProxy(proxyTargetClass = true)
    static class Methods {

        @Bean
        static FencedLockAspect fencedLockAspect(LockClient client) {
            return new FencedLockAspect(client);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class Metrics {

        @Bean
        LocksMetrics locksMetrics(MeterRegistry registry, LockClient client) {
            var metrics = new LocksMetrics(registry, client);
            client.listen(metrics);
            return metrics;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(AbstractHealthIndicator.class)
    static class HealthOfLocks {

        @Bean
        LocksHealthIndicator locksHealthIndicator(LockClient client) {
            return new LocksHealthIndicator(client);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(DataSourceUtils.class)
    @ConditionalOnSingleCandidate(DataSource.class)
    static class Database {

        @Bean
        @ConditionalOnMissingBean
        FencingGuard fencingGuard(DataSource dataSource) {
            return new FencingGuard(dataSource);
        }

        @Bean
        @ConditionalOnMissingBean
        TransactionFence transactionFence(DataSource dataSource, FencingGuard guard, Environment environment) {
            return new TransactionFence(dataSource, guard, who(environment));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(OncePerRequestFilter.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Requests {

        @Bean
        FencingTokenFilter fencingTokenFilter() {
            return new FencingTokenFilter();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ProblemMapping.class)
    static class Problems {

        @Bean
        ProblemMapping fencedOffProblems() {
            return new FencedOffProblems();
        }

        @Bean
        ProblemMapping lockProblems() {
            return new LockProblems();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClientCustomizer.class)
    static class Calls {

        @Bean
        RestClientCustomizer fencingTokenCustomizer() {
            return builder -> builder.requestInterceptor(new FencingTokenInterceptor());
        }
    }
}
