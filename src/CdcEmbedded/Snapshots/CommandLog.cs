using CdcEmbedded.Offsets;

namespace CdcEmbedded.Snapshots;

/// <summary>The commands that were accepted, stored at once beside the offset (R72): an offset says which of them were carried out.
/// Thread-safe.</summary>
internal sealed class CommandLog(StoreSlot slot) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private AcceptedCommands _accepted = AcceptedCommands.None;
    private Action<SnapshotCommand>? _receiver;
    private Func<long> _done = static () => 0;
    private bool _isLoaded;

    /// <summary>Stores a command and passes it to the reading flow.</summary>
    /// <param name="command">The command; null for a signal that is none, and whose position is stored.</param>
    /// <param name="mark">The signal that it is from; null for the application.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>False if the signal was accepted before.</returns>
    public async ValueTask<bool> AppendAsync(SnapshotCommand? command, SignalMark? mark, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
            var isKnown = mark?.Id is { } id && _accepted.Signals.Contains(id);
            command = isKnown ? null : command;
            var accepted = mark is null ? _accepted : _accepted.With(isKnown ? mark with { Id = null } : mark);
            if (command is not null)
            {
                // What is stored as carried out need not be written again and again.
                accepted = accepted.Without(_done());
                command = command with { Number = accepted.LastNumber + 1 };
                accepted = accepted.With(command);
            }

            if (accepted != _accepted)
            {
                await slot.SaveAsync(AcceptedCommandsJson.Write(accepted), 0, cancellationToken).ConfigureAwait(false);
                _accepted = accepted;
            }

            if (command is not null)
            {
                _receiver?.Invoke(command);
            }

            return !isKnown;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Passes the commands that the state does not have yet, and then each new one, to the reading flow.</summary>
    /// <param name="done">The number of the last one that the stored offset has: it was carried out.</param>
    /// <param name="doneLater">Returns the same at a later time. For any thread.</param>
    /// <param name="receiver">Receives the commands, in their order.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask ConnectAsync(long done, Func<long> doneLater, Action<SnapshotCommand> receiver,
        CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A standby may have read them long before.
            _isLoaded = false;
            await LoadAsync(cancellationToken).ConfigureAwait(false);
            _accepted = _accepted.Without(done);
            foreach (var command in _accepted.Commands)
            {
                if (command.Number > done)
                {
                    receiver(command);
                }
            }

            _receiver = receiver;
            _done = doneLater;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The stored position of a channel; null if there is none.</summary>
    public async ValueTask<string?> PositionOfAsync(string channel, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
            return _accepted.Channels.GetValueOrDefault(channel);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        if (!_isLoaded)
        {
            _accepted = await slot.LoadAsync(cancellationToken).ConfigureAwait(false) is { } text ? AcceptedCommandsJson.Read(text)
                : AcceptedCommands.None;
            _isLoaded = true;
        }
    }
}
