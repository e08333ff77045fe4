using CdcEmbedded.Offsets;

namespace CdcEmbedded.Snapshots;

/// <summary>The commands that were accepted, stored at once beside the offset (R72): an offset says which of them were carried out.
/// Thread-safe.</summary>
/// <param name="slot">Where they are stored.</param>
/// <param name="readDone">Reads the number of the last one that was carried out from the stored offset, which the application may have
/// stored; null if there is none.</param>
internal sealed class CommandLog(StoreSlot slot, Func<CancellationToken, ValueTask<long?>> readDone) : IDisposable
{
    /// <summary>Why a command is refused.</summary>
    public const string Crowded = "1,024 requests wait, and an accepted one is never dropped for another. The loop must run and "
        + "acknowledge, so that they are carried out and the offset is stored; then send it again";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private AcceptedCommands _accepted = AcceptedCommands.None;
    private Action<SnapshotCommand>? _receiver;
    private Func<long> _done = static () => 0;
    private Func<long> _carriedOut = static () => 0;
    private bool _isLoaded;

    /// <summary>Stores a command and passes it to the reading flow.</summary>
    /// <param name="command">The command; null for a signal that is none, and whose position is stored.</param>
    /// <param name="mark">The signal that it is from; null for the application.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>What became of it. Nothing of a command that is refused is stored, only the position of its signal.</returns>
    public async ValueTask<CommandOutcome> AppendAsync(SnapshotCommand? command, SignalMark? mark, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
            var done = _done();
            if (command is not null && !_accepted.HasRoomFor(command, done))
            {
                // An application that stores its offsets elsewhere can only be trusted with those that were carried out.
                done = Math.Max(done, await readDone(cancellationToken).ConfigureAwait(false) ?? _carriedOut());
            }

            var outcome = mark?.Id is { } id && _accepted.Knows(id) ? CommandOutcome.Repeated
                : command is not null && !_accepted.HasRoomFor(command, done) ? CommandOutcome.Refused : CommandOutcome.Accepted;
            command = outcome == CommandOutcome.Accepted ? command : null;
            var accepted = mark is null ? _accepted
                : _accepted.With(outcome == CommandOutcome.Accepted ? mark : mark with { Id = null });
            if (command is not null)
            {
                // What is stored as carried out need not be written again and again.
                accepted = accepted.Without(done);
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

            return outcome;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Passes the commands that the state does not have yet, and then each new one, to the reading flow.</summary>
    /// <param name="done">The number of the last one that the stored offset has: it was carried out.</param>
    /// <param name="doneLater">Returns the same at a later time. For any thread.</param>
    /// <param name="carriedOut">Returns the number of the last one that was carried out, perhaps without being stored. For any
    /// thread.</param>
    /// <param name="receiver">Receives the commands, in their order.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask ConnectAsync(long done, Func<long> doneLater, Func<long> carriedOut, Action<SnapshotCommand> receiver,
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
            _carriedOut = carriedOut;
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
