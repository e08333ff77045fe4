using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Sessions;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>startSession, refreshSessions, endSessions and killSessions.</summary>
internal static class SessionCommands
{
    public static Doc Start(CommandContext context)
    {
        Guid id = Guid.NewGuid();
        context.Deployment.Sessions.Use([new SessionKey(DocBinary.Uuid(id), "")]);
        int timeout = (int)context.Deployment.Options.SessionTimeout.TotalMinutes;
        return new Doc { { "id", new Doc { { "id", id } } }, { "timeoutMinutes", timeout } };
    }

    public static Doc Refresh(CommandContext context)
    {
        context.Deployment.Sessions.Use(SessionKey.ListedBy(context));
        return [];
    }

    public static Doc End(CommandContext context)
    {
        context.Deployment.Sessions.End(SessionKey.ListedBy(context));
        return [];
    }

    public static Doc Kill(CommandContext context)
    {
        HashSet<SessionKey> sessions = [.. SessionKey.ListedBy(context)];
        context.Deployment.Sessions.Forget(sessions);
        context.Deployment.Forget(sessions);
        return [];
    }
}
