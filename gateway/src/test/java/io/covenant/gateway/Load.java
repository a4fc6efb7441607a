package io.covenant.gateway;

import io.covenant.gateway.RunningGateway.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Many requests, some at a time.
public final class Load {

    private Load() {}

    /// @param request makes the request of this number
    public static List<Answer> of(int requests, int atATime, IntFunction<Answer> request) {
        try (var threads = Executors.newFixedThreadPool(atATime)) {
            var running = IntStream.range(0, requests)
                    .<Future<Answer>>mapToObj(number -> threads.submit(() -> request.apply(number)))
                    .toList();
            var answers = new ArrayList<Answer>();
            for (var each : running) {
                answers.add(each.get());
            }
            return answers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
