// Package settings is the one table of what an installation may choose. Flags, environment variables, the YAML file, the
// help and docs/configuration.md all derive from it, so none of them can know a setting that the others do not.
package settings

import (
	"runtime"
	"strings"
	"time"

	"fengqiao/cmd/fengqiao/internal/words"
)

// Values are the settings as the program uses them.
type Values struct {
	Listen         string
	Data           string
	Store          string
	TLSCert        string
	TLSKey         string
	TrustedProxies []string
	LogLevel       string
	Shutdown       time.Duration

	// Clock is "machine" or "virtual"; ClockFrom where a virtual one begins, RFC 3339, "" for the machine's time.
	Clock, ClockFrom string

	KeyService, KeyName, KeyTokenFile, KeyCA string

	RateFactor, SignInRate float64
	BodyLimit, PhotoLimit  int

	HashMemory int
	HashPasses int
	HashLanes  int
	HashAtOnce int

	Connections int

	Sweep      time.Duration
	SweepBatch int
	Notice     time.Duration

	CheckpointEvery time.Duration
	CheckpointFile  string

	BackupDir, BackupWraps string
	BackupEvery            time.Duration
	BackupKeep             int

	DesksFile string
	PDFFont   string

	FCMProject     string
	FCMCredentials string
	FCMEndpoint    string
	PushPool       int
	PushAttempts   int
	PushPoll       time.Duration
	PushDeadline   time.Duration
	PushLease      time.Duration
}

// Row is one setting. Its name is the flag (--listen), the key in the file (listen:) and, in capitals with underscores behind
// FENGQIAO_, the environment variable (FENGQIAO_LISTEN).
type Row struct {
	Name  string
	Value any // pointer into Values: *string, *int, *float64, *time.Duration or *[]string, holding the default
	What  words.Text
	// Secret: the value may hold a secret, so it is never printed, and a secret in it may not come from a flag, which
	// everybody on the machine can read.
	Secret bool
	// Check says what is wrong with the value, "" if nothing.
	Check func() string
}

// Env is the environment variable of a setting.
func (r Row) Env() string {
	return "FENGQIAO_" + strings.ToUpper(strings.ReplaceAll(r.Name, "-", "_"))
}

// Table binds the settings to a set of values and gives those the defaults.
func Table(v *Values) []Row {
	*v = Values{Listen: "127.0.0.1:8080", Data: "./data", LogLevel: "info", Shutdown: 20 * time.Second, Clock: "machine", KeyName: "fengqiao",
		Connections: 4096, RateFactor: 1, SignInRate: 0.5, BodyLimit: 256 << 10, PhotoLimit: 10 << 20,
		HashMemory: 19456, HashPasses: 2, HashLanes: 1, HashAtOnce: max(2, runtime.NumCPU()/2),
		Sweep: time.Second, SweepBatch: 500, Notice: 3 * time.Second, CheckpointEvery: 5 * time.Minute, BackupEvery: 24 * time.Hour, BackupKeep: 7,
		PushPool: 256, PushAttempts: 14, PushPoll: time.Second, PushDeadline: 5 * time.Second, PushLease: 2 * time.Minute}
	rows := serverRows(v)
	rows = append(rows, keyRows(v)...)
	rows = append(rows, limitRows(v)...)
	return append(rows, workRows(v)...)
}

func serverRows(v *Values) []Row {
	return []Row{
		{Name: "listen", Value: &v.Listen, Check: hostPort(&v.Listen),
			What: words.Text{Zh: "监听地址 主机:端口；端口 0 表示任取一个空闲端口", En: "host:port to listen on; port 0 takes any free one"}},
		{Name: "data", Value: &v.Data, Check: notEmpty(&v.Data),
			What: words.Text{Zh: "数据目录：内嵌数据库、照片、安装密钥", En: "data folder: embedded database, photos, installation key"}},
		{Name: "store", Value: &v.Store, Secret: true, Check: storeURL(&v.Store),
			What: words.Text{Zh: "数据库：sqlite:目录 或 mongodb://…；留空则用数据目录", En: "database: sqlite:DIR or mongodb://…; empty means the data folder. A password in it must come from the environment or the file"}},
		{Name: "tls-cert", Value: &v.TLSCert, Check: together(&v.TLSCert, &v.TLSKey, "tls-key"),
			What: words.Text{Zh: "TLS 证书文件（PEM）；与 tls-key 一起给出才启用 HTTPS", En: "TLS certificate file (PEM); with tls-key it turns HTTPS on"}},
		{Name: "tls-key", Value: &v.TLSKey, Check: together(&v.TLSKey, &v.TLSCert, "tls-cert"),
			What: words.Text{Zh: "TLS 私钥文件（PEM）", En: "TLS private key file (PEM)"}},
		{Name: "trusted-proxy", Value: &v.TrustedProxies, Check: addresses(&v.TrustedProxies),
			What: words.Text{Zh: "可信反向代理的 IP 或网段，逗号分隔；只信它们给出的客户端地址", En: "IPs or CIDR ranges of reverse proxies, comma-separated; only they are believed about the client's address"}},
		{Name: "log-level", Value: &v.LogLevel, Check: oneOf(&v.LogLevel, "debug", "info", "warn", "error"),
			What: words.Text{Zh: "日志级别：debug、info、warn、error", En: "log level: debug, info, warn or error"}},
		{Name: "shutdown-within", Value: &v.Shutdown, Check: positive(&v.Shutdown),
			What: words.Text{Zh: "收到停止信号后，处理完已接收请求的最长时间", En: "the longest that requests under way may take after a signal to stop"}},
		{Name: "clock", Value: &v.Clock, Check: clockOf(v),
			What: words.Text{Zh: "案件的时钟：machine 为本机时间；virtual 只用于场景演练和培训，可经接口向前拨，正式运行的设置下拒绝启动", En: "the clock of cases: machine; or virtual, which can be moved on over the API, for scenarios and training alone: refused with any setting of real use (an address that is not loopback, TLS, proxies, FCM, a key service, backups)"}},
		{Name: "clock-from", Value: &v.ClockFrom, Check: clockFrom(v),
			What: words.Text{Zh: "虚拟时钟的起点（RFC 3339）；留空则从本机时间开始；数据里已走到更晚的，从那里接着走", En: "where a virtual clock begins (RFC 3339); empty means the machine's time; on data whose clock stood later it goes on from there"}},
	}
}

func keyRows(v *Values) []Row {
	return []Row{
		{Name: "key-service", Value: &v.KeyService, Check: keyService(v),
			What: words.Text{Zh: "密钥服务：OpenBao 或 Vault 的 Transit 引擎地址，如 https://vault:8200/v1/transit；安装密钥就在那里，不用密钥文件；留空则用密钥文件", En: "key service: address of the Transit engine of OpenBao or Vault, such as https://vault:8200/v1/transit, which then has the installation key instead of a file; empty means the file"}},
		{Name: "key-name", Value: &v.KeyName, Check: notEmpty(&v.KeyName),
			What: words.Text{Zh: "密钥在密钥服务里的名字", En: "the key's name in the key service"}},
		{Name: "key-token-file", Value: &v.KeyTokenFile, Check: together(&v.KeyTokenFile, &v.KeyService, "key-service"),
			What: words.Text{Zh: "存放密钥服务令牌的文件，仅属主和同组可读；被拒绝时重读，可由代理程序续期", En: "file with the token for the key service, readable by owner and group alone; read anew when the token is refused, so an agent may renew it"}},
		{Name: "key-ca", Value: &v.KeyCA, Check: together(&v.KeyCA, &v.KeyService, "key-service"),
			What: words.Text{Zh: "签发密钥服务证书的机构证书（PEM）；留空则用系统的", En: "certificates (PEM) that the key service's must descend from; empty means the system's"}},
	}
}

func limitRows(v *Values) []Row {
	return []Row{
		{Name: "rate-factor", Value: &v.RateFactor, Check: aboveZero(&v.RateFactor),
			What: words.Text{Zh: "所有请求频率上限的倍数；压测或回放时调大", En: "multiplies every rate limit on requests; raise it for replays and load tests"}},
		{Name: "rate-sign-in", Value: &v.SignInRate, Check: aboveZero(&v.SignInRate),
			What: words.Text{Zh: "每个地址每秒登录次数（另可短时突发 60 倍）", En: "sign-ins a second from one address, with bursts of sixty times that"}},
		{Name: "connections", Value: &v.Connections, Check: atLeast(&v.Connections, 2),
			What: words.Text{Zh: "同时打开的连接数上限，同一地址最多占一半（可信代理除外）；不会超过进程可用句柄数的一半", En: "the most connections open at once, half of them from one address unless it is a trusted proxy; never more than half of the handles that the process may have"}},
		{Name: "body-limit", Value: &v.BodyLimit, Check: atLeast(&v.BodyLimit, 16<<10),
			What: words.Text{Zh: "JSON 请求体上限（字节）", En: "the largest JSON request body, bytes"}},
		{Name: "photo-limit", Value: &v.PhotoLimit, Check: atLeast(&v.PhotoLimit, 64<<10),
			What: words.Text{Zh: "单张照片上限（字节）", En: "the largest photo, bytes"}},
		{Name: "hash-memory-kib", Value: &v.HashMemory, Check: atLeast(&v.HashMemory, 8),
			What: words.Text{Zh: "argon2id 每次计算的内存（KiB）；默认值取自 OWASP", En: "argon2id memory of one hash, KiB; the default is OWASP's"}},
		{Name: "hash-passes", Value: &v.HashPasses, Check: atLeast(&v.HashPasses, 1),
			What: words.Text{Zh: "argon2id 迭代次数", En: "argon2id passes"}},
		{Name: "hash-lanes", Value: &v.HashLanes, Check: atLeast(&v.HashLanes, 1),
			What: words.Text{Zh: "argon2id 并行度", En: "argon2id lanes"}},
		{Name: "hash-at-once", Value: &v.HashAtOnce, Check: atLeast(&v.HashAtOnce, 1),
			What: words.Text{Zh: "同时计算的密码散列数；乘以 hash-memory-kib 即登录最多占用的内存", En: "hashes computed at the same time; times hash-memory-kib it is the most memory that sign-ins take"}},
	}
}

func workRows(v *Values) []Row {
	return []Row{
		{Name: "sweep-every", Value: &v.Sweep, Check: positive(&v.Sweep),
			What: words.Text{Zh: "巡检间隔：到期派单、时限提醒、崩溃后的修复", En: "pause between sweeps: expired offers, clocks, repairs after a crash"}},
		{Name: "sweep-batch", Value: &v.SweepBatch, Check: atLeast(&v.SweepBatch, 1),
			What: words.Text{Zh: "每次巡检最多处理的案件数", En: "the most cases of one sweep"}},
		{Name: "notice-every", Value: &v.Notice, Check: positive(&v.Notice),
			What: words.Text{Zh: "多久检查一次别处导入的新网格图", En: "how often a plan that was imported elsewhere is asked for"}},
		{Name: "checkpoint-every", Value: &v.CheckpointEvery, Check: positive(&v.CheckpointEvery),
			What: words.Text{Zh: "多久签一次检查点：签名记下各案件事件链等走到了哪里", En: "pause between checkpoints, the signed statements of where every chain of events stands"}},
		{Name: "checkpoint-file", Value: &v.CheckpointFile,
			What: words.Text{Zh: "检查点同时续写到这个文件（一个文件只能由一个实例续写）；放在别的机器的共享目录里，才防得住改库的人", En: "file to which the checkpoints are appended as well, by one instance alone; on another machine's share it withstands whoever can write to the database"}},
		{Name: "backup-dir", Value: &v.BackupDir, Check: backupsOf(v),
			What: words.Text{Zh: "自动备份放在这个目录，每次一个以时刻命名的子目录；留空则不自动备份。只用于 SQLite", En: "folder for backups made by the server, one subfolder each, named by its moment; empty means none. For SQLite alone"}},
		{Name: "backup-wraps", Value: &v.BackupWraps,
			What: words.Text{Zh: "自动备份的密钥封装放在这个目录，最好在另一块盘上；留空则在 backup-dir 旁加 -wraps", En: "folder for the wrapped keys of these backups, best on another disk; empty means backup-dir with -wraps behind it"}},
		{Name: "backup-every", Value: &v.BackupEvery, Check: positive(&v.BackupEvery),
			What: words.Text{Zh: "最新的备份早于此时长就再备份一次", En: "how old the newest backup may be before another is made"}},
		{Name: "backup-keep", Value: &v.BackupKeep, Check: atLeast(&v.BackupKeep, 1),
			What: words.Text{Zh: "保留最新的几个自动备份", En: "how many of these backups are kept"}},
		{Name: "desks-file", Value: &v.DesksFile,
			What: words.Text{Zh: "外部平台（12345、110）名单文件（YAML）：名称、单位、回传地址和签名密钥所在；见 desks.md", En: "list of outside desks (YAML): names, units, addresses for echoes and where their secrets are; see desks.md"}},
		{Name: "pdf-font", Value: &v.PDFFont,
			What: words.Text{Zh: "PDF 所用的中文字体文件（.ttf 或 .ttc，TrueType 轮廓）；留空则找系统里的 fonts-wqy-microhei、fonts-wqy-zenhei，没有就不能导出 PDF，XLSX 照常", En: "font file with Chinese for PDF (.ttf or .ttc, TrueType outlines); empty looks for the system's fonts-wqy-microhei or fonts-wqy-zenhei; without one there is no PDF, but XLSX"}},
		{Name: "fcm-project", Value: &v.FCMProject,
			What: words.Text{Zh: "Firebase 项目编号；留空则不推送，只写收件箱", En: "Firebase project id; empty means no push, inboxes only"}},
		{Name: "fcm-credentials", Value: &v.FCMCredentials,
			What: words.Text{Zh: "Firebase 服务账号的 JSON 密钥文件", En: "JSON key file of the Firebase service account"}},
		{Name: "fcm-endpoint", Value: &v.FCMEndpoint,
			What: words.Text{Zh: "替代 FCM 的地址（含 /v1），用于代理或测试", En: "replaces FCM's address (with /v1), for a proxy or tests"}},
		{Name: "push-pool", Value: &v.PushPool, Check: atLeast(&v.PushPool, 1),
			What: words.Text{Zh: "同时进行的推送数", En: "pushes sent at the same time"}},
		{Name: "push-attempts", Value: &v.PushAttempts, Check: atLeast(&v.PushAttempts, 1),
			What: words.Text{Zh: "一条推送尝试多少次后成为死信", En: "attempts after which a push becomes a dead letter"}},
		{Name: "push-poll", Value: &v.PushPoll, Check: positive(&v.PushPoll),
			What: words.Text{Zh: "无事可做时推送查看发件箱的间隔", En: "how often an idle relay looks into the outbox"}},
		{Name: "push-deadline", Value: &v.PushDeadline, Check: positive(&v.PushDeadline),
			What: words.Text{Zh: "一条推送等待对方应答的最长时间", En: "the longest that one push waits for its answer"}},
		{Name: "push-lease", Value: &v.PushLease, Check: positive(&v.PushLease),
			What: words.Text{Zh: "进程崩溃后，它取走的推送多久由别的进程接手；至少为 push-deadline 的 8 倍", En: "how long after a crash its pushes are taken over; at least eight times push-deadline"}},
	}
}
