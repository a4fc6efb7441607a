package io.covenant.web.deadline;

import io.covenant.web.problem.ProblemAutoConfiguration;
import io.covenant.web.problem.ProblemWriter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/// Contributes the [DeadlineFilter].
@AutoConfiguration(after = ProblemAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public class DeadlineAutoConfiguration {

    @Bean
    FilterRegistrationBean<DeadlineFilter> deadlineFilter(ProblemWriter writer) {
        var registration = new FilterRegistrationBean<>(new DeadlineFilter(writer));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 50);
        return registration;
    }
}
