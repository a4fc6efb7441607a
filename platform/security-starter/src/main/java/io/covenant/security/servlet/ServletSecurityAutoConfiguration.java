package io.covenant.security.servlet;

import io.covenant.security.Scopes;
import io.covenant.security.SecurityProperties;
import io.covenant.security.token.CheckedTokens;
import io.covenant.security.token.Granted;
import io.covenant.web.direct.Admission;
import io.covenant.web.problem.ProblemWriter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AuthenticationEntryPointFailureHandler;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/// Lets in who shows a good token, to the endpoints that the [AccessRules] open. Health and metrics are open
/// to all, at the port of their own; where that is the port of the API (`management.server.port`), health alone is.
@AutoConfiguration(
        afterName = "io.covenant.security.SecurityAutoConfiguration",
        beforeName = {
            "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration",
            "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration",
            "org.springframework.boot.security.oauth2.server.resource.autoconfigure.web.OAuth2ResourceServerWebSecurityAutoConfiguration"
        })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(ProblemWriter.class)
public class ServletSecurityAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(SecurityFilterChain.class)
    static class Chain {

        @Bean
        SecurityFilterChain securityFilterChain(
                HttpSecurity http,
                SecurityProperties properties,
                ObjectProvider<JwtDecoder> tokens,
                ObjectProvider<AccessRules> rules,
                ObjectProvider<RequestMappingInfoHandlerMapping> mappings,
                ProblemWriter writer,
                Environment environment) {
            return switch (properties.mode()) {
                case ENFORCED ->
                    enforced(
                            http,
                            tokens.getObject(),
                            rules,
                            mappings,
                            new SecurityProblems(writer),
                            ManagementPortType.get(environment) == ManagementPortType.DIFFERENT);
                case OPEN ->
                    stateless(http)
                            .authorizeHttpRequests(
                                    requests -> requests.anyRequest().permitAll())
                            .build();
            };
        }

        private static HttpSecurity stateless(HttpSecurity http) {
            return http.sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                    .csrf(AbstractHttpConfigurer::disable) // no cookie authenticates anybody
                    .logout(AbstractHttpConfigurer::disable)
                    .requestCache(AbstractHttpConfigurer::disable);
        }

        private static SecurityFilterChain enforced(
                HttpSecurity http,
                JwtDecoder tokens,
                ObjectProvider<AccessRules> rules,
                ObjectProvider<RequestMappingInfoHandlerMapping> mappings,
                SecurityProblems problems,
                boolean metricsAreOpen) {
            var granted = new JwtAuthenticationConverter();
            granted.setJwtGrantedAuthoritiesConverter(new Granted());
            return stateless(http)
                    .exceptionHandling(handling ->
                            handling.authenticationEntryPoint(problems).accessDeniedHandler(problems))
                    .oauth2ResourceServer(server -> server.authenticationEntryPoint(problems)
                            .accessDeniedHandler(problems)
                            .jwt(jwt -> jwt.decoder(tokens).jwtAuthenticationConverter(granted))
                            .withObjectPostProcessor(answeringWith(problems)))
                    .authorizeHttpRequests(requests -> {
                        requests.dispatcherTypeMatchers(
                                        jakarta.servlet.DispatcherType.ERROR, jakarta.servlet.DispatcherType.ASYNC)
                                .permitAll()
                                .requestMatchers("/actuator/health/**")
                                .permitAll();
                        if (metricsAreOpen) {
                            requests.requestMatchers("/actuator/prometheus").permitAll();
                        }
                        requests.requestMatchers("/actuator/**").access(AccessRules.everybody(Scopes.METRICS_READ));
                        requests.requestMatchers("/v3/api-docs/**").authenticated();
                        rules.orderedStream().forEach(rule -> rule.addTo(requests));
                        requests.anyRequest()
                                .access(new UnnamedEndpoints(
                                        () -> mappings.orderedStream().toList()));
                    })
                    .build();
        }

        /// A token that cannot be checked is a 503; by default it would be thrown on, and become a 500.
        private static ObjectPostProcessor<BearerTokenAuthenticationFilter> answeringWith(SecurityProblems problems) {
            return new ObjectPostProcessor<>() {
                @Override
                public <O extends BearerTokenAuthenticationFilter> O postProcess(O filter) {
                    var handler = new AuthenticationEntryPointFailureHandler(problems);
                    handler.setRethrowAuthenticationServiceException(false);
                    filter.setAuthenticationFailureHandler(handler);
                    return filter;
                }
            };
        }

        /// Knows what the filters know, without them.
        @Bean
        @ConditionalOnMissingBean
        Admission knownCallers(
                SecurityFilterChain chain, SecurityProperties properties, ObjectProvider<CheckedTokens> tokens) {
            return switch (properties.mode()) {
                case ENFORCED -> {
                    var checked = tokens.getIfAvailable();
                    yield checked == null ? _ -> false : new KnownCallers(checked, rulesOf(chain));
                }
                case OPEN -> _ -> true;
            };
        }

        private static AuthorizationManager<HttpServletRequest> rulesOf(SecurityFilterChain chain) {
            return chain.getFilters().stream()
                    .filter(AuthorizationFilter.class::isInstance)
                    .map(AuthorizationFilter.class::cast)
                    .findFirst()
                    .orElseThrow()
                    .getAuthorizationManager();
        }
    }

    @Bean
    WebMvcConfigurer callerArgument(SecurityProperties properties) {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new CallerArgument(properties.mode() == SecurityProperties.Mode.ENFORCED));
            }
        };
    }
}
