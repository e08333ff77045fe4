namespace CdcEmbedded.MySql.Replication;

/// <summary>The password of one login: that of the settings, or what the application's provider answers now.</summary>
internal static class Passwords
{
    /// <summary>Gets it. A provider has as much time as a connect.</summary>
    /// <exception cref="CdcConnectionException">The provider failed, or gave no answer in time; a token service may answer later, so it is
    /// transient.</exception>
    /// <exception cref="CdcAuthenticationException">The provider answered null, or threw it. Nothing else that it throws is taken for a
    /// failure of the source, such as a lost position.</exception>
    public static async ValueTask<string> GetAsync(SessionSettings settings, MySqlHost host, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (settings.PasswordProvider is not { } provider)
        {
            return settings.Password;
        }

        var context = new MySqlPasswordContext(host.Name, host.Port, settings.User, settings.Database ?? "");
        string? password;
        using var deadline = new Deadline(settings.ConnectTimeout, time, cancellationToken);
        try
        {
            // The provider may ignore the token: neither a stop nor the time limit must wait for it.
            var answer = provider(context, deadline.Token).AsTask();
            _ = answer.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            password = await answer.WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException e) when (deadline.Token.IsCancellationRequested)
        {
            throw new CdcConnectionException($"PasswordProvider gave no answer for user '{settings.User}' on {host} within "
                + $"{settings.ConnectTimeout.TotalSeconds:0.###} seconds (Connection Timeout).", e);
        }
        catch (Exception e) when (e is not (CdcConnectionException or CdcAuthenticationException))
        {
            throw new CdcConnectionException($"PasswordProvider failed for user '{settings.User}' on {host}: {e.Message}", e);
        }

        return password ?? throw new CdcAuthenticationException($"PasswordProvider gave no password for user '{settings.User}' on {host}.");
    }
}
