using CdcEmbedded.DeadLetters;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>Keys, by handler, of which an earlier change is a dead letter. Thread-safe.</summary>
/// <remarks>Tables and keys are only added: what is found here may be free again, which the store knows.</remarks>
internal sealed class HeldKeys
{
    private readonly Lock _gate = new();
    private readonly HashSet<(string Handler, string Table, string Key)> _keys = [];
    private readonly HashSet<(string Handler, string Table)> _tables = [];

    /// <summary>The keys that a change concerns, as a store has them. Empty for a change of a whole table, and for a key that cannot be
    /// decoded.</summary>
    public static List<string> KeysOf(ChangeEvent change)
    {
        var keys = new List<string>(3);
        if (change.Operation == ChangeOperation.Truncate || !change.Key.HasValue)
        {
            return keys;
        }

        var key = OrderedKey.Of(ChangeKey.Of(change));
        var former = ChangeKey.Former(change) is { } other ? OrderedKey.Of(other) : (OrderedKey?)null;
        if (key.IsUndecodable || former is { IsUndecodable: true })
        {
            return keys;
        }

        keys.Add(key.Text);
        if (former is { } earlier)
        {
            keys.Add(earlier.Text);
        }

        return keys;
    }

    /// <summary>What holds a change with these keys: they, or a change of the whole table.</summary>
    public static List<string> HoldersOf(List<string> keys) => keys.Count == 0 ? keys : [.. keys, DeadLetter.WholeTable];

    public void Add(DeadLetter letter)
    {
        lock (_gate)
        {
            _tables.Add((letter.Handler, letter.Table));
            _keys.Add((letter.Handler, letter.Table, letter.Key));
            if (letter.FormerKey.Length > 0)
            {
                _keys.Add((letter.Handler, letter.Table, letter.FormerKey));
            }
        }
    }

    /// <summary>True if a change must perhaps wait for a dead letter.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="table">The table.</param>
    /// <param name="keys">The change's keys; empty for the whole table.</param>
    public bool MayHold(string handler, string table, List<string> keys)
    {
        lock (_gate)
        {
            return _tables.Contains((handler, table)) && (keys.Count == 0 || _keys.Contains((handler, table, DeadLetter.WholeTable))
                || keys.Exists(key => _keys.Contains((handler, table, key))));
        }
    }

    /// <summary>True if any handler has dead letters of a table.</summary>
    public bool MayHold(string handler, string table)
    {
        lock (_gate)
        {
            return _tables.Contains((handler, table));
        }
    }
}
