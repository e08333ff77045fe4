using System.Collections.Concurrent;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Transforms;

/// <summary>What the rules do to a field and to what is inside it. Thread-safe.</summary>
internal sealed class FieldNode
{
    // Documents may have any number of names.
    private const int MaxChildren = 4096;

    private readonly ColumnRule[] _rules;
    private readonly int _depth;
    private readonly bool _ignoreCase;
    private readonly string _table;
    private readonly bool _includesAll;
    private readonly ConcurrentDictionary<string, FieldNode> _children = new(StringComparer.Ordinal);

    private FieldNode(ColumnRule[] rules, int depth, bool ignoreCase, string table, bool includesAll)
    {
        _rules = rules;
        _depth = depth;
        _ignoreCase = ignoreCase;
        _table = table;
        _includesAll = includesAll;
    }

    /// <summary>True if the field is not shown.</summary>
    public bool IsDropped { get; private init; }

    /// <summary>What hides it; null if it is shown.</summary>
    public ValueChange? Change { get; private init; }

    /// <summary>The rule of <see cref="Change"/>.</summary>
    public ColumnRule? ChangeRule { get; private init; }

    /// <summary>The rule that drops it; null if none does.</summary>
    public ColumnRule? ExcludeRule { get; private init; }

    /// <summary>Its new name; null if it keeps its own.</summary>
    public string? NewName { get; private init; }

    /// <summary>True if rules concern fields inside it.</summary>
    public bool HasInner => _rules.Length > 0 || !_includesAll;

    public static FieldNode Root(ColumnRule[] rules, bool ignoreCase, string table)
        => new(rules, 0, ignoreCase, table, !rules.Any(r => r.IsInclude));

    /// <summary>A field inside it.</summary>
    /// <exception cref="InvalidOperationException">Rules contradict each other.</exception>
    public FieldNode Child(string name)
    {
        if (_children.TryGetValue(name, out var child))
        {
            return child;
        }

        child = Make(name);
        if (_children.Count < MaxChildren)
        {
            _children.TryAdd(name, child);
        }

        return child;
    }

    /// <summary>The source's name of a field that has this name now; null if there is none.</summary>
    /// <param name="name">The name after the rules.</param>
    /// <param name="inner">The record.</param>
    /// <param name="record">Its number.</param>
    public string? SourceName(string name, RecordSet inner, int record)
    {
        var direct = Child(name);
        if (!direct.IsDropped && direct.NewName is null && inner.IndexOf(record, name) >= 0)
        {
            return name;
        }

        if (!Array.Exists(_rules, r => r.IsRename))
        {
            return null;
        }

        for (var i = 0; i < inner.GetFieldCount(record); i++)
        {
            var source = inner.GetFieldName(record, i);
            if (Child(source) is { IsDropped: false } child && child.NewName == name)
            {
                return source;
            }
        }

        return null;
    }

    private FieldNode Make(string name)
    {
        var matching = Array.FindAll(_rules, r => r.MatchesName(_depth, name, _ignoreCase));
        var ended = Array.FindAll(matching, r => r.Depth == _depth + 1);
        var inner = Array.FindAll(matching, r => r.Depth > _depth + 1);
        var excluded = Array.Find(ended, r => r.IsExclude);
        var isId = _depth == 0 && !_ignoreCase && name == "_id";
        var includesAll = _includesAll || isId || Array.Exists(ended, r => r.IsInclude);
        var isIncluded = includesAll || Array.Exists(inner, r => r.IsInclude);
        var change = Single(ended, r => r.Change is not null, name);
        var rename = Single(ended, r => r.IsRename, name);
        if (isId)
        {
            RefuseIdChange(excluded, change, rename);
        }

        return new FieldNode(inner, _depth + 1, _ignoreCase, _table, includesAll)
        {
            IsDropped = excluded is not null || !isIncluded,
            ExcludeRule = excluded,
            Change = change?.Change,
            ChangeRule = change,
            NewName = rename?.Rename(name) is { } newName && newName != name ? newName : null,
        };
    }

    private void RefuseIdChange(ColumnRule? excluded, ColumnRule? change, ColumnRule? rename)
    {
        var wrong = excluded ?? rename ?? (change is { Change.KeepsEquality: false } ? change : null);
        if (wrong is not null)
        {
            throw new InvalidOperationException($"The transform {wrong} concerns '_id', the key of {_table}, without which changes cannot "
                + "be assigned to documents. Hash it, or narrow the pattern.");
        }
    }

    private ColumnRule? Single(ColumnRule[] rules, Predicate<ColumnRule> kind, string name)
    {
        var found = Array.FindAll(rules, kind);
        return found.Length <= 1 ? found.FirstOrDefault() : throw new InvalidOperationException(
            $"Two transforms concern column '{name}' of {_table}: {found[0]} and {found[1]}. Narrow one of the patterns.");
    }
}
