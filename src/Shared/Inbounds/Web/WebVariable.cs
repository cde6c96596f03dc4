namespace Tunnel.Shared.Inbounds.Web;

/// <summary>What a <c>$name</c> in a template stands for. The names are nginx's.</summary>
public enum WebVariable
{
    /// <summary>No variable: text as it is.</summary>
    None,

    /// <summary><c>$host</c>: the name that the visitor asked for, in lower case and without a port.</summary>
    Host,

    /// <summary><c>$http_NAME</c>: a request header, with its dashes as underscores; <c>$http_host</c> is the visited host as it came.</summary>
    Header,

    /// <summary><c>$remote_addr</c>: the visitor's address.</summary>
    RemoteAddress,

    /// <summary><c>$remote_port</c>.</summary>
    RemotePort,

    /// <summary><c>$scheme</c>: <c>http</c> or <c>https</c>.</summary>
    Scheme,

    /// <summary><c>$server_port</c>: the port that the visitor connected to.</summary>
    ServerPort,

    /// <summary><c>$request_uri</c>: path and query as they came.</summary>
    RequestUri,

    /// <summary><c>$uri</c>: the decoded and normalised path.</summary>
    Uri,

    /// <summary><c>$args</c> or <c>$query_string</c>: the query without its question mark.</summary>
    Arguments,

    /// <summary><c>$is_args</c>: a question mark where there is a query.</summary>
    IsArguments,

    /// <summary><c>$request_method</c>.</summary>
    Method,

    /// <summary><c>$proxy_add_x_forwarded_for</c>: the way of the request up to here.</summary>
    ForwardedFor,

    /// <summary><c>$proxy_host</c>: the target as it is written; empty where there is none.</summary>
    ProxyHost,

    /// <summary><c>$remote_user</c>: the name that the visitor authenticated with.</summary>
    RemoteUser,

    /// <summary><c>$1</c> to <c>$9</c>: what a group of the route's regexp matched.</summary>
    Capture,
}
