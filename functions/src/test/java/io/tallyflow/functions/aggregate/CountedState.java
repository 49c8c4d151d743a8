package io.tallyflow.functions.aggregate;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.Set;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.jspecify.annotations.Nullable;

/** Counts how often maps in state are read or written, each entry that is gone through as one. */
final class CountedState {

    private static final Set<String> GONE_THROUGH = Set.of("entries", "keys", "values");
    private static final Set<String> WALKS =
            Set.of("entries", "keys", "values", "iterator", "clear", "isEmpty");

    private long accesses;
    private long walks;

    /** The same backend, and what is asked of its maps is counted. */
    @SuppressWarnings("unchecked")
    KeyedStateBackend<Integer> of(KeyedStateBackend<Integer> backend) {
        return (KeyedStateBackend<Integer>)
                proxy(
                        KeyedStateBackend.class,
                        (self, method, arguments) -> {
                            Object answer = call(backend, method, arguments);
                            return method.getName().equals("getPartitionedState")
                                    ? counted(answer)
                                    : answer;
                        });
    }

    /** So many up to now. */
    long accesses() {
        return accesses;
    }

    /** How often a map was gone through, or cleared, which takes the same. */
    long walks() {
        return walks;
    }

    private Object counted(Object map) {
        return proxy(
                map.getClass().getInterfaces()[0],
                (self, method, arguments) -> {
                    accesses++;
                    walks += WALKS.contains(method.getName()) ? 1 : 0;
                    Object answer = call(map, method, arguments);
                    return GONE_THROUGH.contains(method.getName())
                            ? counted((Iterable<?>) answer)
                            : answer;
                });
    }

    private Iterable<Object> counted(Iterable<?> entries) {
        return () -> {
            Iterator<?> all = entries.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return all.hasNext();
                }

                @Override
                public Object next() {
                    accesses++;
                    return all.next();
                }
            };
        };
    }

    private static Object proxy(Class<?> type, InvocationHandler handler) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private static @Nullable Object call(
            Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
