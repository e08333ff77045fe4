namespace CdcEmbedded.MongoDb.Double;

/// <summary>Every command received, in order. Thread-safe.</summary>
public sealed class CommandLog
{
    private readonly List<ReceivedCommand> _commands = [];
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What has come so far.</summary>
    public IReadOnlyList<ReceivedCommand> All
    {
        get
        {
            lock (_commands)
            {
                return [.. _commands];
            }
        }
    }

    /// <summary>What has come so far under a name.</summary>
    public IReadOnlyList<ReceivedCommand> Named(string name) => [.. All.Where(command => command.Name == name)];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_commands)
        {
            _commands.Clear();
        }
    }

    /// <summary>Waits for the first command, past or future, that fits.</summary>
    public async Task<ReceivedCommand> WaitAsync(Func<ReceivedCommand, bool> fits, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task added;
            lock (_commands)
            {
                if (_commands.FirstOrDefault(fits) is { } found)
                {
                    return found;
                }

                added = _added.Task;
            }

            await added.WaitAsync(cancellationToken);
        }
    }

    internal void Add(ReceivedCommand command)
    {
        lock (_commands)
        {
            _commands.Add(command);
            TaskCompletionSource added = _added;
            _added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            added.TrySetResult();
        }
    }
}
