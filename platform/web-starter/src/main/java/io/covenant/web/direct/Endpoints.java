package io.covenant.web.direct;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/// The handler methods that are marked as [Direct], by path, as Spring MVC has them.
final class Endpoints {

    private Endpoints() {}

    static Map<String, Endpoint> of(
            List<RequestMappingInfoHandlerMapping> mappings, JsonMapper mapper, MeterRegistry meters) {
        var endpoints = new HashMap<String, Endpoint>();
        for (var mapping : mappings) {
            mapping.getHandlerMethods().forEach((info, method) -> {
                if (method.hasMethodAnnotation(Direct.class)) {
                    var path = pathOf(info, method);
                    endpoints.put(path, new Endpoint(path, method.createWithResolvedBean(), mapper, meters));
                }
            });
        }
        return Map.copyOf(endpoints);
    }

    private static String pathOf(RequestMappingInfo info, HandlerMethod method) {
        var paths = info.getDirectPaths();
        if (paths.size() != 1 || !info.getMethodsCondition().getMethods().equals(Set.of(RequestMethod.POST))) {
            throw new IllegalStateException("@Direct is for a POST to one path without variables: " + method);
        }
        return paths.iterator().next();
    }
}
