package io.covenant.web.direct;

import io.covenant.web.limits.LimitAutoConfiguration;
import io.covenant.web.limits.LimitProperties;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/// Contributes the [DirectFilter], where somebody guards the endpoints.
@AutoConfiguration(
        after = LimitAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "io.covenant.security.servlet.ServletSecurityAutoConfiguration"
        })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnProperty(name = "covenant.web.direct.enabled", matchIfMissing = true)
@ConditionalOnBean(Admission.class)
@EnableConfigurationProperties(DirectProperties.class)
public class DirectAutoConfiguration {

    @Bean
    FilterRegistrationBean<DirectFilter> directFilter(
            Admission admission,
            LimitProperties limits,
            JsonMapper mapper,
            ObjectProvider<RequestMappingInfoHandlerMapping> mappings,
            ObjectProvider<MeterRegistry> meters,
            @Qualifier("handlerExceptionResolver") ObjectProvider<HandlerExceptionResolver> failures,
            ObjectProvider<LocaleResolver> locales) {
        var registration = new FilterRegistrationBean<>(new DirectFilter(
                SingletonSupplier.of(() -> Endpoints.of(
                        mappings.orderedStream().toList(), mapper, meters.getIfAvailable(CompositeMeterRegistry::new))),
                admission,
                limits.maxBodySize().toBytes(),
                mapper,
                SingletonSupplier.of(failures::getObject),
                SingletonSupplier.of(locales::getObject)));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    /// What cannot be answered directly is found out at the start, not by the first request.
    @Bean
    SmartInitializingSingleton directEndpoints(FilterRegistrationBean<DirectFilter> registration) {
        return () -> Objects.requireNonNull(registration.getFilter()).findEndpoints();
    }
}
