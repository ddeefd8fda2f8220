import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/**
 * An ordered index on some fields, ascending. Every document stands in it, whatever a partial filter says: that costs
 * memory and is always right. One of the fields may hold a list, whose every value is indexed then.
 */
final class OrderedIndex extends Index<Integer> {
    /** The values of one document, in the order of the fields, and where it lies (or a bound of a range). */
    private static final class Entry implements Comparable<Entry> {
        final Object[] values;
        final long position;

        Entry(Object[] values, long position) {
            this.values = values;
            this.position = position;
        }

        /** A shorter entry is a prefix and compares by its position: first of all with MIN_VALUE, last with MAX_VALUE. */
        @Override
        public int compareTo(Entry other) {
            int common = Math.min(values.length, other.values.length);
            for (int i = 0; i < common; i++) {
                int order = ValueComparator.asc().compare(values[i], other.values[i]);
                if (order != 0) {
                    return order;
                }
            }
            return Long.compare(position, other.position);
        }
    }

    private final String[] fields;
    private final TreeSet<Entry> entries = new TreeSet<>();

    OrderedIndex(String name, List<IndexKey> keys) {
        // "Sparse" tells the library that a document need not be found here when it is removed.
        super(name, keys, true);
        fields = keys.stream().map(IndexKey::getKey).toArray(String[]::new);
    }

    /** How a query could use this index. */
    final class Plan {
        private final List<Object> equal = new ArrayList<>();
        private Object from;
        private Object until;
        private boolean ordered;
        private boolean backwards;
        private boolean limited;

        /** What the plan is worth; 0: nothing. Equal fields first, then a range, then order, which lets a limit end the walk early. */
        int value() {
            int bounds = (from == null ? 0 : 1) + (until == null ? 0 : 1);
            int order = ordered && (limited || !equal.isEmpty()) ? 3 : 0;
            return equal.size() * 8 + bounds + order;
        }

        boolean ordered() {
            return ordered;
        }

        Iterable<Integer> positions() {
            Entry lower = bound(from, Long.MIN_VALUE);
            Entry upper = bound(until, Long.MAX_VALUE);
            if (lower.compareTo(upper) > 0) {
                return List.of(); // the conditions contradict each other
            }
            NavigableSet<Entry> part = entries.subSet(lower, true, upper, true);
            Iterable<Entry> walk = backwards ? part.descendingSet() : part;
            return ordered && limited ? lazily(walk) : distinct(walk);
        }

        private Entry bound(Object value, long side) {
            List<Object> values = new ArrayList<>(equal);
            if (value != null) {
                values.add(value);
            }
            return new Entry(values.toArray(), side);
        }
    }

    private static Iterable<Integer> distinct(Iterable<Entry> walk) {
        LinkedHashSet<Integer> found = new LinkedHashSet<>();
        walk.forEach(entry -> found.add((int) entry.position));
        return found;
    }

    private static Iterable<Integer> lazily(Iterable<Entry> walk) {
        return () -> StreamSupport.stream(walk.spliterator(), false).map(entry -> (int) entry.position).iterator();
    }

    synchronized Plan plan(Document query, Document orderBy, int limit) {
        Map<String, Document> conditions = new HashMap<>();
        collect(query, conditions);
        Plan plan = new Plan();
        int used = 0;
        while (used < fields.length && equality(conditions.get(fields[used])) != null) {
            plan.equal.add(equality(conditions.get(fields[used++])));
        }
        plan.limited = limit > 0;
        // Behind its tag a document stands once; without one it would stand here once for every tag that it has.
        boolean single = used > 0 || !fields[0].equals("t");
        if (used < fields.length && single) {
            Document range = conditions.getOrDefault(fields[used], new Document());
            plan.from = first(range, "$gte", "$gt");
            plan.until = first(range, "$lte", "$lt");
        }
        plan.ordered = single && orderBy != null && follows(orderBy, used, conditions, plan);
        return plan;
    }

    /** Whether the entries behind the equal fields stand in the wanted order, forwards or backwards. */
    private boolean follows(Document orderBy, int used, Map<String, Document> conditions, Plan plan) {
        int direction = 0;
        int at = used;
        for (Map.Entry<String, Object> wanted : orderBy.entrySet()) {
            int sign = ((Number) wanted.getValue()).intValue();
            if (equality(conditions.get(wanted.getKey())) != null && !wanted.getKey().equals("t")) {
                continue;
            }
            if (at >= fields.length || !fields[at].equals(wanted.getKey()) || direction * sign < 0) {
                return false;
            }
            direction = sign;
            at++;
        }
        plan.backwards = direction < 0;
        return true;
    }

    /** Gathers the conditions on each field that must all hold. Several bounds on one field: any of them serves. */
    private static void collect(Document query, Map<String, Document> conditions) {
        query.forEach((field, condition) -> {
            if (field.equals("$and")) {
                ((Collection<?>) condition).forEach(part -> collect((Document) part, conditions));
            } else if (!field.startsWith("$")) {
                Document known = conditions.computeIfAbsent(field, f -> new Document());
                if (condition instanceof Document && isOperators((Document) condition)) {
                    ((Document) condition).forEach(known::put);
                } else {
                    known.put("$eq", condition);
                }
            }
        });
    }

    private static boolean isOperators(Document condition) {
        return !condition.isEmpty() && condition.keySet().iterator().next().startsWith("$");
    }

    private static Object equality(Document condition) {
        if (condition == null) {
            return null;
        }
        Object all = condition.get("$all");
        if (all instanceof Collection && !((Collection<?>) all).isEmpty()) {
            return simple(((Collection<?>) all).iterator().next());
        }
        return simple(condition.get("$eq"));
    }

    private static Object first(Document range, String one, String other) {
        Object value = simple(range.get(one));
        return value != null ? value : simple(range.get(other));
    }

    /** Only values that compare plainly lead a search. */
    private static Object simple(Object value) {
        return value instanceof String || value instanceof Number ? value : null;
    }

    /** What stands here of a document. Its id comes last, so that no two documents have an entry in common. */
    private List<Entry> entriesOf(Document document, Integer position) {
        List<Object[]> lists = new ArrayList<>();
        lists.add(new Object[0]);
        for (String field : fields) {
            Object value = lookUp(document, field);
            Collection<?> values = value instanceof Collection && !((Collection<?>) value).isEmpty() ? (Collection<?>) value : null;
            List<Object[]> longer = new ArrayList<>();
            for (Object[] before : lists) {
                if (values == null) {
                    longer.add(with(before, value instanceof Collection ? null : value));
                } else {
                    values.forEach(v -> longer.add(with(before, v)));
                }
            }
            lists = longer;
        }
        List<Entry> made = new ArrayList<>();
        lists.forEach(values -> made.add(new Entry(with(values, document.get("_id")), position)));
        return made;
    }

    private static Object[] with(Object[] before, Object value) {
        Object[] values = Arrays.copyOf(before, before.length + 1);
        values[before.length] = value instanceof Missing ? null : value;
        return values;
    }

    private static Object lookUp(Document document, String field) {
        int dot = field.indexOf('.');
        if (dot < 0) {
            return document.get(field);
        }
        Object inner = document.get(field.substring(0, dot));
        return inner instanceof Document ? lookUp((Document) inner, field.substring(dot + 1)) : null;
    }

    @Override
    public synchronized void add(Document document, Integer position, MongoCollection<Integer> collection) {
        entries.addAll(entriesOf(document, position));
    }

    /** The library does not say where the document lies; entries are told apart by its id. */
    @Override
    public synchronized Integer remove(Document document) {
        for (Entry wanted : entriesOf(document, 0)) {
            Object[] values = wanted.values;
            entries.subSet(new Entry(values, Long.MIN_VALUE), true, new Entry(values, Long.MAX_VALUE), true).clear();
        }
        return null;
    }

    @Override
    public void updateInPlace(Document before, Document after, Integer position, MongoCollection<Integer> collection) {
        synchronized (this) {
            entriesOf(before, position).forEach(entries::remove);
            entries.addAll(entriesOf(after, position));
        }
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Integer> collection) {
        // nothing is refused here
    }

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Integer> collection) {
        // nothing is refused here
    }

    @Override
    public Integer getPosition(Document document) {
        return null;
    }

    @Override
    public boolean canHandle(Document query) {
        return false;
    }

    @Override
    public Iterable<Integer> getPositions(Document query) {
        throw new UnsupportedOperationException("asked through plan");
    }

    @Override
    public synchronized long getCount() {
        return entries.size();
    }

    @Override
    public long getDataSize() {
        return getCount();
    }

    @Override
    public synchronized void drop() {
        entries.clear();
    }
}
