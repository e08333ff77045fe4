using System.Text;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>Logging in, and saying who is.</summary>
internal static class LoginCommands
{
    public static Doc Start(CommandContext context) => Start(context, context.Command);

    /// <summary>The attempt inside a hello: what fails here is silently missing in the reply.</summary>
    public static Doc? Speculate(CommandContext context, Doc attempt)
    {
        try
        {
            return attempt.Has("saslStart") ? Start(context, attempt) : Certificate(context, attempt);
        }
        catch (CommandError e) when (e.Code == 18)
        {
            context.Connection.Scram = null;
            return null;
        }
    }

    public static Doc Continue(CommandContext context)
    {
        ConnectionState connection = context.Connection;
        ScramServer scram = connection.Scram ?? throw new CommandError(17, "No SASL session state found");
        if (context.Command.Number("conversationId") != 1)
        {
            throw new CommandError(17, "Wrong conversation id");
        }

        byte[] payload = Payload(context.Command);
        if (!scram.Proven)
        {
            byte[] final = scram.Final(payload);
            return connection.ScramNeedsEmptyExchange ? Step(final, done: false) : Finish(context, scram, final);
        }

        return payload.Length == 0 ? Finish(context, scram, []) : throw new CommandError(18, "Authentication failed.");
    }

    public static Doc Authenticate(CommandContext context) => Certificate(context, context.Command);

    public static Doc Logout(CommandContext context)
    {
        context.Connection.LogOut();
        return [];
    }

    public static Doc Status(CommandContext context)
    {
        DoubleUser? user = context.Connection.User;
        var users = new List<object?>();
        var privileges = new List<object?>();
        if (user is not null)
        {
            users.Add(new Doc { { "user", user.Name }, { "db", user.Database } });
            privileges.AddRange(user.Privileges?.Select(Describe) ??
                [new Doc { { "resource", new Doc { { "anyResource", true } } }, { "actions", new[] { "anyAction" } } }]);
        }

        var info = new Doc { { "authenticatedUsers", users } };
        info.Add("authenticatedUserRoles", user is { Privileges: null } ? new[] { new Doc { { "role", "root" }, { "db", "admin" } } } : []);
        if (context.Command.Flag("showPrivileges"))
        {
            info.Add("authenticatedUserPrivileges", privileges);
        }

        return new Doc { { "authInfo", info } };
    }

    private static Doc Describe(DoublePrivilege privilege) => new()
    {
        { "resource", new Doc { { "db", privilege.Database }, { "collection", privilege.Collection } } },
        { "actions", privilege.Actions },
    };

    private static Doc Start(CommandContext context, Doc command)
    {
        string mechanism = command.Text("mechanism") ?? "";
        byte[] payload = Payload(command);
        if (mechanism == "PLAIN")
        {
            return Plain(context, payload);
        }

        if (mechanism is not ("SCRAM-SHA-1" or "SCRAM-SHA-256"))
        {
            throw new CommandError(334, $"Received authentication for mechanism {mechanism} which is unknown or not enabled");
        }

        var scram = new ScramServer(mechanism, context.Deployment.FindUser);
        context.Connection.Scram = scram;
        context.Connection.ScramNeedsEmptyExchange = command.Path("options", "skipEmptyExchange") is not true;
        return Step(scram.First(payload), done: false);
    }

    // [authorization id] 0 user 0 password (RFC 4616).
    private static Doc Plain(CommandContext context, byte[] payload)
    {
        string[] parts = Encoding.UTF8.GetString(payload).Split('\0');
        if (parts.Length != 3 || context.Deployment.FindUser(parts[1]) is not { } user || user.Password != parts[2]
            || !user.Mechanisms.Contains("PLAIN"))
        {
            throw new CommandError(18, "Authentication failed.");
        }

        context.Connection.LogIn(user, context.Deployment.LoginEpoch);
        return Step([], done: true);
    }

    private static Doc Certificate(CommandContext context, Doc command)
    {
        string? subject = context.Connection.CertificateSubject;
        string name = command.Text("user") ?? subject ?? "";
        if (command.Text("mechanism") != "MONGODB-X509" || subject is null || name != subject
            || context.Deployment.FindUser(name) is not { } user || !user.Mechanisms.Contains("MONGODB-X509"))
        {
            throw new CommandError(18, "Authentication failed.");
        }

        context.Connection.LogIn(user, context.Deployment.LoginEpoch);
        return new Doc { { "dbname", "$external" }, { "user", name } };
    }

    private static Doc Finish(CommandContext context, ScramServer scram, byte[] payload)
    {
        context.Connection.LogIn(scram.User ?? throw new CommandError(18, "Authentication failed."), context.Deployment.LoginEpoch);
        context.Connection.Scram = null;
        return Step(payload, done: true);
    }

    private static Doc Step(byte[] payload, bool done) => new() { { "conversationId", 1 }, { "done", done }, { "payload", payload } };

    private static byte[] Payload(Doc command) => command["payload"] switch
    {
        DocBinary binary => binary.Bytes,
        string base64 => Convert.FromBase64String(base64),
        _ => throw new CommandError(18, "Authentication failed."),
    };
}
