using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Server;
using MySqlConnector;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>Connection strings are MySqlConnector's: each of its keys is honoured on both kinds of connection, or
/// refused by name.</summary>
public sealed class ConnectionStringReaderTests
{
    private static readonly string[] _keys = [.. typeof(MySqlConnectionStringBuilder)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => property.CanWrite && property.GetIndexParameters().Length == 0)
        .Select(property => NameOf(property.Name)).Distinct()];

    [Fact]
    public void Every_key_of_MySqlConnector_is_decided()
    {
        Assert.True(_keys.Length > 50, $"MySqlConnector seems to have {_keys.Length} keys.");
        var known = ConnectionKeys.All.Select(key => key.Name).Where(name => name != ConnectionKeys.EnableCleartextPlugin);
        Assert.Equal(_keys.Order(), known.Order());
    }

    [Fact]
    public void Every_key_that_is_not_honoured_has_a_reason()
    {
        Assert.All(ConnectionKeys.All, key => Assert.Equal(key.Use != ConnectionKeyUse.Honoured, key.Reason.Length > 0));
        Assert.All(ConnectionKeys.All, key => Assert.True(key.Use == ConnectionKeyUse.Refused || key.Accepted.Length == 0));
    }

    public static TheoryData<string> KeysWithoutEffect => [.. ConnectionKeys.All.Where(key
        => key.Use == ConnectionKeyUse.WithoutEffect).Select(key => key.Name)];

    [Theory]
    [MemberData(nameof(KeysWithoutEffect))]
    public void A_key_without_effect_is_accepted_with_any_value(string key)
    {
        foreach (var value in ValuesOf(key))
        {
            Assert.Equal("localhost:3306", ConnectionStringReader.Read($"{key}={value}").Session.Hosts[0].ToString());
        }
    }

    public static TheoryData<string> RefusedKeys => [.. ConnectionKeys.All.Where(key => key.Use == ConnectionKeyUse.Refused).Select(key
        => key.Name)];

    [Theory]
    [MemberData(nameof(RefusedKeys))]
    public void A_refused_key_is_named_with_the_reason_unless_its_value_asks_for_nothing(string key)
    {
        var known = ConnectionKeys.All.Single(k => k.Name == key);
        foreach (var value in ValuesOf(key))
        {
            if (known.Accepted.Contains(value))
            {
                ConnectionStringReader.Read($"Server=/tmp/mysql.sock;{key}={value}");
            }
            else
            {
                var exception = Assert.Throws<ArgumentException>(() => ConnectionStringReader.Read($"{key}={value}"));
                Assert.Contains($"'{key}'", exception.Message, StringComparison.OrdinalIgnoreCase);
                Assert.Contains(known.Reason, exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void An_empty_string_gives_the_safe_defaults()
    {
        var (session, _) = ConnectionStringReader.Read("");

        Assert.Equal([new MySqlHost("localhost", 3306)], session.Hosts);
        Assert.Equal("", session.User);
        Assert.Equal("", session.Password);
        Assert.Null(session.Database);
        Assert.Equal(MySqlSslMode.VerifyFull, session.SslMode);
        Assert.Equal(TlsVerification.ChainAndName, session.Tls.Verification);
        Assert.True(session.Tls.ChecksRevocation);
        Assert.Equal(TimeSpan.FromSeconds(15), session.ConnectTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), session.CommandTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), session.KeepAlive);
        Assert.False(session.AllowPublicKeyRetrieval);
        Assert.False(session.EnableCleartextPlugin);
    }

    [Theory]
    [InlineData("Server=db1", "db1:3306")]
    [InlineData("Host=db1;Port=3307", "db1:3307")]
    [InlineData("Data Source=db1", "db1:3306")]
    [InlineData("DataSource=db1", "db1:3306")]
    [InlineData("Address=db1", "db1:3306")]
    [InlineData("addr=db1", "db1:3306")]
    [InlineData("Network Address=db1", "db1:3306")]
    [InlineData("SERVER = db1 , db2:3310 ;Port=3307", "db1:3307,db2:3310")]
    [InlineData("Server=10.0.0.1:3308", "10.0.0.1:3308")]
    [InlineData("Server=::1", "[::1]:3306")]
    [InlineData("Server=fe80::1", "[fe80::1]:3306")]
    [InlineData("Server=[::1]", "[::1]:3306")]
    [InlineData("Server=db1;Server=db2", "db2:3306")]
    [InlineData("Server=[::1]:3309,db2", "[::1]:3309,db2:3306")]
    [InlineData("Server=[fe80::1%eth0]:3309, fe80::1%eth0", "[fe80::1%eth0]:3309,[fe80::1%eth0]:3306")]
    [InlineData("Server=/run/mysqld/mysqld.sock", "/run/mysqld/mysqld.sock")]
    [InlineData("Server=/tmp/s;Protocol=unix;Port=1", "/tmp/s")]
    public void Hosts_may_have_ports_of_their_own(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', ConnectionStringReader.Read(text).Session.Hosts));

    [Theory]
    [InlineData("User ID=a;Password=b")]
    [InlineData("UserID=a;Pwd=b")]
    [InlineData("uid=a;pwd=b")]
    [InlineData("Username=a;PASSWORD=b")]
    [InlineData("User name=a;password='b'")]
    [InlineData("user=a;password=\"b\"")]
    public void User_and_password_are_read_under_every_name(string text)
    {
        var session = ConnectionStringReader.Read(text).Session;
        Assert.Equal(("a", "b"), (session.User, session.Password));
    }

    [Theory]
    [InlineData("Password='a;b=c'", "a;b=c")]
    [InlineData("Password=\"it's\"", "it's")]
    [InlineData("Password='it''s'", "it's")]
    [InlineData("Password=' x '", " x ")]
    [InlineData("Password=päß", "päß")]
    [InlineData("Password=", "")]
    public void Quoted_values_are_read_and_reach_SQL_connections(string text, string password)
    {
        var options = ConnectionStringReader.Read(text);
        Assert.Equal(password, options.Session.Password);
        Assert.Equal(password, new MySqlConnectionStringBuilder(options.SqlFor(options.Session.Hosts[0],
            options.Session.Password)).Password);
    }

    [Theory]
    [InlineData("None", MySqlSslMode.None, TlsVerification.None)]
    [InlineData("3", MySqlSslMode.VerifyCA, TlsVerification.Chain)]
    [InlineData("disabled", MySqlSslMode.None, TlsVerification.None)]
    [InlineData("Preferred", MySqlSslMode.Preferred, TlsVerification.None)]
    [InlineData("required", MySqlSslMode.Required, TlsVerification.None)]
    [InlineData("VerifyCA", MySqlSslMode.VerifyCA, TlsVerification.Chain)]
    [InlineData("verify_ca", MySqlSslMode.VerifyCA, TlsVerification.Chain)]
    [InlineData("VerifyFull", MySqlSslMode.VerifyFull, TlsVerification.ChainAndName)]
    [InlineData("VERIFY_IDENTITY", MySqlSslMode.VerifyFull, TlsVerification.ChainAndName)]
    public void The_SSL_mode_is_that_of_both_kinds_of_connection(string text, MySqlSslMode mode, object verification)
    {
        var options = ConnectionStringReader.Read($"SSL Mode={text}");
        Assert.Equal((mode, verification), (options.Session.SslMode, options.Session.Tls.Verification));
        Assert.Equal(mode, SqlOf(options).SslMode);
    }

    [Fact]
    public void An_absent_SSL_mode_is_VerifyFull_for_SQL_connections_too()
        => Assert.Equal(MySqlSslMode.VerifyFull, SqlOf(ConnectionStringReader.Read("Server=db")).SslMode);

    [Fact]
    public void Everything_else_that_is_honoured_reaches_both_kinds_of_connection()
    {
        var options = ConnectionStringReader.Read(
            "Database=shop;SSL CA=ca.pem;SslCert=c.pem;Ssl Key=k.pem;TLS Version='TLS 1.2, TLS "
                + "1.3';TlsCipherSuites='AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256';"
            + "Connection Timeout=3;Default Command Timeout=0;Keep Alive=7;AllowPublicKeyRetrieval=yes;Server RSA Public Key File=r.pem;"
            + "Enable Cleartext Plugin=true;Application Name=indexer;Interactive Session=true");
        var (session, sql) = (options.Session, SqlOf(options));

        Assert.Equal(("shop", "shop"), (session.Database, sql.Database));
        Assert.Equal(("ca.pem", "c.pem", "k.pem"), (session.Tls.CaFile, session.Tls.CertificatePemFile, session.Tls.KeyPemFile));
        Assert.Equal(("ca.pem", "c.pem", "k.pem"), (sql.SslCa, sql.SslCert, sql.SslKey));
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, session.Tls.Protocols);
        Assert.Equal("TLS 1.2, TLS 1.3", sql.TlsVersion);
        Assert.Equal([TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_AES_128_GCM_SHA256], session.Tls.CipherSuites);
        Assert.Equal("AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256", sql.TlsCipherSuites);
        Assert.Equal((3, 0, 7), (session.ConnectTimeout.Seconds, session.CommandTimeout.Seconds, session.KeepAlive.Seconds));
        Assert.Equal((3u, 0u, 7u), (sql.ConnectionTimeout, sql.DefaultCommandTimeout, sql.Keepalive));
        Assert.True(session.AllowPublicKeyRetrieval && sql.AllowPublicKeyRetrieval);
        Assert.Equal(("r.pem", "r.pem"), (session.ServerRsaPublicKeyFile, sql.ServerRsaPublicKeyFile));
        Assert.True(session.EnableCleartextPlugin);
        Assert.Equal(("indexer", "indexer"), (session.ApplicationName, sql.ApplicationName));
        Assert.True(session.IsInteractive && sql.InteractiveSession);
    }

    [Fact]
    public void Certificates_of_every_kind_reach_both_kinds_of_connection()
    {
        var pfx = ConnectionStringReader.Read("CACertificateFile=ca.pem;CertificateFile=c.pfx;Certificate "
            + "Password=p;SkipCertificateRevocationCheck=true");
        Assert.Equal(("ca.pem", "c.pfx", "p", false),
            (pfx.Session.Tls.CaFile, pfx.Session.Tls.CertificatePfxFile, pfx.Session.Tls.CertificatePfxPassword,
                pfx.Session.Tls.ChecksRevocation));
        Assert.Equal(("ca.pem", "c.pfx", "p", true), (SqlOf(pfx).SslCa, SqlOf(pfx).CertificateFile, SqlOf(pfx).CertificatePassword,
            SqlOf(pfx).SkipCertificateRevocationCheck));

        var store = ConnectionStringReader.Read("Certificate Store Location=CurrentUser;Certificate Thumbprint=ab12");
        Assert.Equal((StoreLocation.CurrentUser, "ab12"), (store.Session.Tls.CertificateStore, store.Session.Tls.CertificateThumbprint));
        Assert.Equal((MySqlCertificateStoreLocation.CurrentUser, "ab12"),
            (SqlOf(store).CertificateStoreLocation, SqlOf(store).CertificateThumbprint));

        var both = SqlOf(ConnectionStringReader.Read("SslCert=both.pem"));
        Assert.Equal(("both.pem", "both.pem"), (both.SslCert, both.SslKey));
    }

    [Fact]
    public void SQL_connections_get_one_host_with_its_port_and_the_current_password()
    {
        var options = ConnectionStringReader.Read("Server=db1,db2:3310,/tmp/x;Port=3307;User ID=u;Password=old;Pooling=true;Max Pool "
            + "Size=3;Auto Enlist=true");

        var second = new MySqlConnectionStringBuilder(options.SqlFor(options.Session.Hosts[1], "new"));

        Assert.Equal(("db2", 3310u, "u", "new"), (second.Server, second.Port, second.UserID, second.Password));
        Assert.False(second.Pooling || second.AutoEnlist);
        var socket = new MySqlConnectionStringBuilder(options.SqlFor(new MySqlHost("/tmp/mysql.sock", 0), "new"));
        Assert.Equal(("/tmp/mysql.sock", MySqlConnectionProtocol.UnixSocket), (socket.Server, socket.ConnectionProtocol));
    }

    [Theory]
    [InlineData("Passwrod=hunter2", "'Passwrod' is not known")]
    [InlineData("Ssl_Ca=hunter2", "'Ssl_Ca' is not known")]
    [InlineData("Certificate Thumbprint=hunter2", "needs Certificate Store Location")]
    [InlineData("TlsCipherSuites=hunter2", "names a suite that is not known")]
    [InlineData("Server=a;Host=hunter2", "'Server' and 'Host'")]
    [InlineData("SslMode=None;SSL Mode=hunter2", "'SSL Mode' must be")]
    [InlineData("SslMode=None;SSL Mode=None;Password=hunter2", "same thing twice")]
    [InlineData("Port=hunter2", "'Port' has a value")]
    [InlineData("Port=0", "'Port' must be a number")]
    [InlineData("Port=65536", "'Port' must be a number")]
    [InlineData("Server=db:hunter2", "'Server' has a host or port")]
    [InlineData("Server=db:0", "'Server'")]
    [InlineData("Server=[]", "'Server' has a host or port")]
    [InlineData("Server=[::1", "'Server' has a host or port")]
    [InlineData("Server=::1]", "'Server' has a host or port")]
    [InlineData("Server=hunter2]:3307", "'Server' has a host or port")]
    [InlineData("Server=[::1]hunter2", "'Server' has a host or port")]
    [InlineData("Server=[::1]hunter2:3307", "'Server' has a host or port")]
    [InlineData("Server=[::1]:3306:4", "'Server' has a host or port")]
    [InlineData("Server=[[::1]]:3306", "'Server' has a host or port")]
    [InlineData("Server=:3307", "'Server' has a host or port")]
    [InlineData("Server=db:", "'Server' has a host or port")]
    [InlineData("Server=,", "'Server' names no host")]
    [InlineData("Server=hunter2;Protocol=unix", "path of a Unix domain socket")]
    [InlineData("Protocol=hunter2", "'Protocol' has a value")]
    [InlineData("Protocol=pipe", "named pipes")]
    [InlineData("SslMode=hunter2", "'SslMode' must be")]
    [InlineData("SslMode=99", "'SslMode' must be")]
    [InlineData("SslMode=-1", "'SslMode' must be")]
    [InlineData("SslMode=Required,VerifyCA", "'SslMode' must be")]
    [InlineData("SslMode=VerifyCA,VerifyFull", "'SslMode' must be")]
    [InlineData("Certificate Store Location=99", "has no name for")]
    [InlineData("Certificate Store Location='None,CurrentUser'", "has no name for")]
    [InlineData("Protocol=99", "has no name for")]
    [InlineData("GuidFormat=99", "has no name for")]
    [InlineData("Enable Cleartext Plugin=false;EnableCleartextPlugin=true;Password=hunter2", "same thing twice")]
    [InlineData("Tls Version=TLS 1.0", "'TLS Version' must be")]
    [InlineData("Connection Timeout=-1", "'Connection Timeout'")]
    [InlineData("Connection Timeout=hunter2", "'Connection Timeout'")]
    [InlineData("Connection Timeout=1000001", "'Connection Timeout' must be a number of seconds")]
    [InlineData("Keepalive=99999999999", "'Keepalive'")]
    [InlineData("AllowPublicKeyRetrieval=hunter2", "'AllowPublicKeyRetrieval' has a value")]
    [InlineData("Enable Cleartext Plugin=hunter2", "must be true or false")]
    [InlineData("SslKey=hunter2", "'SslKey' needs SslCert")]
    [InlineData("SslCert=a;CertificateFile=hunter2", "one client certificate")]
    [InlineData("Certificate Store Location=LocalMachine;CertificateFile=hunter2", "one client certificate")]
    [InlineData("SkipCertificateRevocationCheck=true;SslMode=Required", "needs SslMode=VerifyFull")]
    [InlineData("Password=\"hunter2", "malformed")]
    [InlineData("hunter2", "malformed")]
    [InlineData("=hunter2", "malformed")]
    [InlineData("Password=a\0hunter2", "")]
    public void An_invalid_string_is_refused_by_its_key_and_not_its_value(string text, string expected)
    {
        var exception = Assert.Throws<ArgumentException>(() => ConnectionStringReader.Read(text));
        Assert.Contains(expected, exception.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_shows_no_password()
    {
        var session = ConnectionStringReader.Read("Server=db;User "
            + "ID=u;Password=hunter2;CertificateFile=f;CertificatePassword=hunter2").Session;
        Assert.Equal("Server=db:3306;User ID=u;SslMode=VerifyFull", session.ToString());
        Assert.DoesNotContain("hunter2", session.Tls.ToString(), StringComparison.Ordinal);
    }

    private static MySqlConnectionStringBuilder SqlOf(ConnectionOptions options)
        => new(options.SqlFor(options.Session.Hosts[0], options.Session.Password));

    /// <summary>The name under which MySqlConnector lists a property.</summary>
    private static string NameOf(string property)
    {
        var builder = new MySqlConnectionStringBuilder();
        foreach (var value in ValuesOf(property))
        {
            builder[property] = value;
        }

        return builder.Keys.Cast<string>().Single();
    }

    /// <summary>Values of a key's type, and each of an enumeration's.</summary>
    private static string[] ValuesOf(string key)
    {
        var value = new MySqlConnectionStringBuilder()[key];
        return value switch
        {
            bool => ["False", "True"],
            uint or int => ["1", "7"],
            Enum => [.. Enum.GetNames(value.GetType()).Select(name => Enum.Parse(value.GetType(), name).ToString() ?? "").Distinct()],
            _ when key.Contains("TLS V", StringComparison.OrdinalIgnoreCase) || key == "TlsVersion" => ["TLS 1.3"],
            _ => ["x"],
        };
    }
}
