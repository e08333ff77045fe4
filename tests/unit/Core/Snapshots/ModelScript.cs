using CdcEmbedded.Snapshots;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>What a writer does, transaction by transaction, as words: <c>i1</c> inserts key 1, <c>u1</c> updates it, <c>p1</c> updates it
/// with an image of one column, <c>d1</c> deletes it, <c>m12</c> gives row 1 the key 2, <c>q12</c> the same with an image of no other
/// column, <c>h12</c> the same as delete and create, <c>t</c> truncates, <c>s</c> changes the schema. Changes of one transaction are
/// joined by a plus. Words that the table's state does not allow are skipped.</summary>
internal sealed class ModelScript
{
    public const int KeyCount = 4;
    private readonly List<ModelRow?[]> _states = [];
    private readonly List<ModelEntry> _entries = [];
    private readonly List<int> _firstEntries = [];

    public ModelScript(string start, string text)
    {
        Text = $"{start}|{text}";
        var rows = new ModelRow?[KeyCount];
        foreach (var key in start)
        {
            rows[key - '0'] = new ModelRow(0, 0, 0);
        }

        _states.Add(rows);
        var schema = 0;
        foreach (var transaction in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var number = _states.Count;
            rows = [.. rows];
            var changes = new List<ModelEntry>();
            foreach (var word in transaction.Split('+'))
            {
                Apply(word, rows, number, ref schema, changes);
            }

            if (changes.Count > 0)
            {
                _firstEntries.Add(_entries.Count);
                for (var i = 0; i < changes.Count; i++)
                {
                    _entries.Add(changes[i] with
                    {
                        After = i == changes.Count - 1 ? new ModelPosition(number) : new ModelPosition(number - 1, i + 1),
                    });
                }

                _states.Add(rows);
            }
        }

        _firstEntries.Add(_entries.Count);
    }

    public string Text { get; }

    public int Transactions => _states.Count - 1;

    public IReadOnlyList<ModelEntry> Entries => _entries;

    public ModelRow?[] StateAt(int transactions) => _states[transactions];

    /// <summary>The number of entries that the given transactions have.</summary>
    public int EntriesOf(int transactions) => _firstEntries[transactions];

    private static void Apply(string word, ModelRow?[] rows, int number, ref int schema, List<ModelEntry> changes)
    {
        var key = word.Length > 1 ? word[1] - '0' : 0;
        var to = word.Length > 2 ? word[2] - '0' : 0;
        var old = rows[key];
        switch (word[0])
        {
            case 'i' when old is null:
                rows[key] = new ModelRow(number, number, schema);
                changes.Add(ModelEntry.Create(key, rows[key]));
                break;
            case 'u' when old is not null:
                rows[key] = new ModelRow(number, number, schema);
                changes.Add(ModelEntry.Update(key, old, key, rows[key]));
                break;
            case 'p' when old is { } row:
                rows[key] = row with { B = number };
                changes.Add(ModelEntry.Update(key, new ModelRow(-1, -1, schema), key, new ModelRow(-1, number, schema)));
                break;
            case 'd' when old is not null:
                rows[key] = null;
                changes.Add(ModelEntry.Delete(key, old));
                break;
            case 'm' when old is { } row && rows[to] is null:
                rows[key] = null;
                rows[to] = row with { B = number };
                changes.Add(ModelEntry.Update(key, old, to, rows[to]));
                break;
            case 'q' when old is { } row && rows[to] is null:
                rows[key] = null;
                rows[to] = row;
                changes.Add(ModelEntry.Update(key, new ModelRow(-1, -1, schema), to, new ModelRow(-1, -1, schema)));
                break;
            case 'h' when old is { } row && rows[to] is null:
                rows[key] = null;
                rows[to] = row;
                changes.Add(ModelEntry.Delete(key, new ModelRow(-1, -1, schema)) with { IsHalf = true });
                changes.Add(ModelEntry.Create(to, new ModelRow(-1, -1, schema)) with { IsHalf = true, KeyBefore = key });
                break;
            case 't':
                Array.Clear(rows);
                changes.Add(ModelEntry.Truncate());
                break;
            case 's':
                schema++;
                for (var i = 0; i < rows.Length; i++)
                {
                    rows[i] = rows[i] is { } each ? each with { Schema = schema } : null;
                }

                changes.Add(ModelEntry.SchemaChange());
                break;
            default:
                break;
        }
    }
}
