package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.memory.HeapBytes;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of all objects that are reachable from one, each counted once, as HotSpot lays them out
 * with compressed class pointers. Unlike what a garbage collector finds, it is the same each time,
 * whatever else is in the process.
 */
final class HeapGraph {

    private static final int HEADER = 12;
    private static final int ARRAY_HEADER = 16;
    private static final int ALIGNMENT = 8;

    private final Set<Class<?>> foreign;
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Object> toVisit = new ArrayDeque<>();
    private final Map<Class<?>, List<Field>> references = new IdentityHashMap<>();
    private final Map<Class<?>, Long> sizes = new IdentityHashMap<>();
    private long bytes;

    private HeapGraph(Set<Class<?>> foreign) {
        this.foreign = foreign;
    }

    /**
     * Goes through all there is.
     *
     * @param foreign objects of these classes belong to somebody else
     */
    static long bytes(Object root, Set<Class<?>> foreign) throws IllegalAccessException {
        HeapGraph graph = new HeapGraph(foreign);
        graph.meet(root);
        while (!graph.toVisit.isEmpty()) {
            graph.visit(graph.toVisit.remove());
        }
        return graph.bytes;
    }

    private void meet(@Nullable Object object) {
        if (object != null
                && !(object instanceof Class<?> || object instanceof Enum<?>)
                && foreign.stream().noneMatch(type -> type.isInstance(object))
                && seen.add(object)) {
            toVisit.add(object);
        }
    }

    private void visit(Object object) throws IllegalAccessException {
        Class<?> type = object.getClass();
        if (type.isArray()) {
            visitArray(object, type.getComponentType());
        } else if (object instanceof BigDecimal number) {
            // Its fields are closed to reflection.
            bytes += HeapBytes.ofDecimal(number);
        } else {
            bytes += sizes.computeIfAbsent(type, HeapGraph::sizeOf);
            for (Field field : references.computeIfAbsent(type, HeapGraph::referencesOf)) {
                meet(field.get(object));
            }
        }
    }

    private void visitArray(Object array, Class<?> component) {
        int length = Array.getLength(array);
        bytes += aligned(ARRAY_HEADER + (long) length * sizeOfField(component));
        if (!component.isPrimitive()) {
            for (Object element : (Object[]) array) {
                meet(element);
            }
        }
    }

    private static long sizeOf(Class<?> type) {
        long size = HEADER;
        for (Field field : fieldsOf(type)) {
            size += sizeOfField(field.getType());
        }
        return aligned(size);
    }

    private static List<Field> referencesOf(Class<?> type) {
        List<Field> references = new ArrayList<>();
        for (Field field : fieldsOf(type)) {
            if (!field.getType().isPrimitive()) {
                field.setAccessible(true);
                references.add(field);
            }
        }
        return references;
    }

    private static List<Field> fieldsOf(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    private static int sizeOfField(Class<?> type) {
        if (!type.isPrimitive()) {
            return HeapBytes.REFERENCE;
        }
        if (type == long.class || type == double.class) {
            return Long.BYTES;
        }
        if (type == int.class || type == float.class) {
            return Integer.BYTES;
        }
        return type == char.class || type == short.class ? Short.BYTES : Byte.BYTES;
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
