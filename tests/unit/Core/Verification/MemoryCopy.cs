using System.Runtime.CompilerServices;
using CdcEmbedded.Verification;

namespace CdcEmbedded.Tests.Verification;

/// <summary>A copy of a table with the columns <c>id</c> and <c>v</c> in memory, whose keys are listed in any order.</summary>
internal sealed class MemoryCopy : ITableCopy
{
    private static readonly string[] Columns = ["id", "v"];
    private readonly Lock _gate = new();
    private readonly Dictionary<long, string> _rows = [];
    private readonly Random _random;

    public MemoryCopy(int seed = 0) => _random = new Random(seed);

    public IReadOnlyList<string> KeyColumns { get; } = ["id"];

    /// <summary>Called before each read of the copy.</summary>
    public Func<Task> OnRead { get; set; } = static () => Task.CompletedTask;

    public string? this[long id]
    {
        set
        {
            lock (_gate)
            {
                if (value is null)
                {
                    _rows.Remove(id);
                }
                else
                {
                    _rows[id] = value;
                }
            }
        }
    }

    public void Apply(ChangeEvent change)
    {
        lock (_gate)
        {
            if (change.Operation == ChangeOperation.Truncate)
            {
                _rows.Clear();
                return;
            }

            if (change.Before.HasValue)
            {
                _rows.Remove(change.Before["id"].AsInt64());
            }

            if (change.After.HasValue)
            {
                _rows[change.After["id"].AsInt64()] = change.After["v"].ToString();
            }
        }
    }

    public async ValueTask<IReadOnlyList<CopyRow>> ReadAsync(IReadOnlyList<DataRecord> keys, CancellationToken cancellationToken)
    {
        await OnRead();
        lock (_gate)
        {
            return [.. keys.Where(key => _rows.ContainsKey(key["id"].AsInt64()))
                .Select(key => new CopyRow(Columns, [key["id"].AsInt64(), _rows[key["id"].AsInt64()]])).Reverse()];
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<CopyRow>> ListKeysAsync(int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long[] ids;
        lock (_gate)
        {
            ids = [.. _rows.Keys];
            _random.Shuffle(ids);
        }

        foreach (var page in ids.Chunk(pageSize))
        {
            await OnRead();
            yield return [.. page.Select(static id => new CopyRow(["id"], [(int)id]))];
        }
    }
}
