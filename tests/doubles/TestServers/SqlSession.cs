using System.Diagnostics;
using System.Globalization;
using System.Text;
using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers;

/// <summary>
/// One connection that stays open, held by a command line client whose input stays open: transactions can be left open, and a statement
/// costs a round trip instead of a new process. After each call the session runs a SELECT of its own. So ROW_COUNT() and FOUND_ROWS() must
/// be requested in the same call as the statement they are about, and a call fails if that SELECT does, as it may while the server shuts
/// down and between XA END and XA PREPARE. One call at a time; further calls wait.
/// </summary>
public sealed class SqlSession : IAsyncDisposable
{
    private readonly Process _client;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly string _mark = "rig-mark-" + Guid.NewGuid().ToString("N");
    private readonly byte[] _bytes = new byte[16 * 1024];
    private readonly char[] _buffer = new char[(16 * 1024) + 1];
    private readonly Decoder _decoder = CommandRun.Utf8.GetDecoder();
    private readonly StringBuilder _line = new();
    private int _start;
    private int _end;
    private long _calls;
    private int _lines;
    private int _disposed;

    private SqlSession(Process client) => _client = client;

    /// <summary>Runs statements, separated by semicolons, and returns when the last has finished.</summary>
    /// <exception cref="SqlStatementException">A statement failed (those after it were still executed), or the
    /// connection is gone.</exception>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken = default) => QueryAsync(sql, cancellationToken);

    /// <summary>Runs statements and returns the rows of all their results, as
    /// <see cref="MySqlTestServer.QueryAsync"/> describes them.</summary>
    /// <exception cref="SqlStatementException">A statement failed (those after it were still executed), or the
    /// connection is gone.</exception>
    public async Task<IReadOnlyList<string?[]>> QueryAsync(string sql, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // A client stopped in the middle of a statement cannot continue, so cancelling ends the session.
            await using CancellationTokenRegistration kill = cancellationToken.Register(Kill);
            string mark = _mark + (++_calls).ToString(CultureInfo.InvariantCulture);
            string text = $"{sql}\n;\nSELECT '{mark}';\n";
            _lines += text.Count('\n');
            Task writing = WriteAsync(text);
            List<string?[]> rows = await ReadUntilAsync(mark, cancellationToken);
            await writing;
            return rows;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>All connections of the server, this one included.</summary>
    /// <exception cref="SqlStatementException">The statement failed, or the connection is gone.</exception>
    public Task<IReadOnlyList<ServerConnection>> ConnectionsAsync(CancellationToken cancellationToken = default) =>
        ServerConnection.ReadAsync(sql => QueryAsync(sql, cancellationToken));

    /// <summary>Kills the client, so that the server sees the connection break off.</summary>
    public async Task AbortAsync()
    {
        Kill();
        await _client.WaitForExitAsync();
    }

    /// <summary>Closes the connection; the server rolls an open transaction back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (!_client.HasExited)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await using CancellationTokenRegistration kill = patience.Token.Register(Kill);
            try
            {
                _client.StandardInput.Close();
            }
            catch (IOException)
            {
                // Already gone with the connection.
            }

            await _client.WaitForExitAsync(CancellationToken.None);
        }

        _client.Dispose();
        _turn.Dispose();
    }

    internal static async Task<SqlSession> OpenAsync(CommandLine client, CancellationToken cancellationToken)
    {
        // Errors are merged into the results, so that they appear next to their statement.
        var merged = new CommandLine("/bin/sh", ["-c", "exec \"$@\" 2>&1", "client", client.Program, .. client.Arguments, "--force",
            "--unbuffered"]);
        var session = new SqlSession(CommandRun.Start(merged, workingDirectory: null, redirectError: false));
        try
        {
            await session.ExecuteAsync("SELECT 1", cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync(string text)
    {
        try
        {
            await _client.StandardInput.WriteAsync(text);
            await _client.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // The client ended: the reader sees the end of its output and what it printed.
        }
    }

    private async Task<List<string?[]>> ReadUntilAsync(string mark, CancellationToken cancellationToken)
    {
        var rows = new List<string?[]>();
        StringBuilder? failure = null;
        while (true)
        {
            string? line = await ReadLineAsync();
            if (line is null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new SqlStatementException(failure?.ToString() ?? "The client has ended: the connection is gone.");
            }

            if (line == mark)
            {
                return failure is null ? rows : throw new SqlStatementException(failure.ToString());
            }

            if (failure is not null || SqlStatementException.IsErrorLine(line))
            {
                failure = (failure ?? new StringBuilder()).AppendLine(line);
                var error = new SqlStatementException(failure.ToString());
                var last = new SqlStatementException(line);
                if (error.ConnectionLost || last.ConnectionLost)
                {
                    // The mark can no longer arrive.
                    Kill();
                    throw error;
                }

                if (last.Line >= _lines)
                {
                    // It is the mark's own SELECT that failed.
                    throw error;
                }
            }
            else if (!line.StartsWith("mysql: [Warning]", StringComparison.Ordinal))
            {
                rows.Add(ClientOutput.Row(line));
            }
        }
    }

    // Only a line feed ends a line: the client does not escape a carriage return.
    private async Task<string?> ReadLineAsync()
    {
        _line.Clear();
        while (true)
        {
            if (_start == _end)
            {
                // Not by a StreamReader, which waits for more when the bytes that arrived exactly fill its buffer.
                int count = await _client.StandardOutput.BaseStream.ReadAsync(_bytes.AsMemory(), CancellationToken.None);
                if (count == 0)
                {
                    return null;
                }

                (_start, _end) = (0, _decoder.GetChars(_bytes, 0, count, _buffer, 0, flush: false));
            }

            int feed = Array.IndexOf(_buffer, '\n', _start, _end - _start);
            int stop = feed < 0 ? _end : feed;
            _line.Append(_buffer, _start, stop - _start);
            _start = feed < 0 ? _end : feed + 1;
            if (feed >= 0)
            {
                return _line.ToString();
            }
        }
    }

    private void Kill() => _client.Kill();
}
