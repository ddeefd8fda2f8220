package mediation

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation/policy"
)

// giveTask 交办子任务: to the lead or a unit that assists it.
func (d *decision) giveTask(cmd GiveTask) error {
	j := d.Case.Joint
	switch {
	case cmd.Unit != j.Lead && !has(j.Assisting, cmd.Unit):
		return Refusal("task", Invalid, "unknown_value", "unit", "value", cmd.Unit)
	case d.Order.Words.Empty():
		return Refusal("task", Invalid, "required", "what")
	case len(j.Tasks) >= maxTasks:
		return Refusal("task", Conflict, "too_many", "tasks", "max", strconv.Itoa(maxTasks))
	}
	k, err := d.taskClock(cmd.Due)
	if err != nil {
		return err
	}
	j = d.joint()
	j.Tasks = append(j.Tasks, Task{ID: d.NewID, Unit: cmd.Unit, Owner: cmd.Owner, What: d.Order.Words, Given: d.At, By: d.Actor.ID, Clock: k})
	d.say("task", d.NewID)
	d.say("unit", cmd.Unit)
	d.say("owner", cmd.Owner)
	d.say("due", k.Due.Format(time.RFC3339))
	d.tellTask(NoticeTask, &j.Tasks[len(j.Tasks)-1])
	return nil
}

// taskClock runs until a result is due: as the policy has it, or as said, which may be sooner and not later.
func (d *decision) taskClock(said time.Time) (Clock, error) {
	latest := d.rules.after(d.At, d.pol.Joint.Task.Within)
	switch {
	case said.IsZero() && d.pol.Joint.Task.Within.Zero():
		return Clock{}, Refusal("task", Invalid, "required", "due")
	case said.IsZero():
		return Clock{Since: d.At, Due: latest}, nil
	case !said.After(d.At):
		return Clock{}, Refusal("task", Invalid, "in_past", "due")
	case !d.pol.Joint.Task.Within.Zero() && said.After(latest):
		return Clock{}, Refusal("task", Invalid, "too_late", "due", "latest", written(latest))
	}
	return Clock{Since: d.At, Due: said, By: d.Actor.ID}, nil
}

// tellTask tells whoever has the task: its owner, else the unit.
func (d *decision) tellTask(kind NoticeKind, t *Task) {
	to := Recipient{Unit: t.Unit, Area: d.Area}
	if t.Owner != "" {
		to = Recipient{User: t.Owner}
	}
	d.tell(kind, to, t.Clock.Due)
}

// task finds an open sub-task, or one that has its result.
func (d *decision) task(id string, done bool) (int, error) {
	list := d.tasks()
	i := slices.IndexFunc(list, func(t Task) bool { return t.ID == id })
	switch {
	case i < 0:
		return i, Refusal("task", Invalid, "unknown_value", "task", "value", id)
	case !list[i].Dropped.IsZero() || list[i].Done.IsZero() == done:
		return i, Refusal("task", Conflict, "joint.task_state", "task")
	}
	d.say("task", id)
	d.say("unit", list[i].Unit)
	return i, nil
}

// ownTask is a task of the actor's unit. Who leads sees all of them, and answers for none but their own unit's.
func (d *decision) ownTask(id string) (int, error) {
	i, err := d.task(id, false)
	if err == nil && d.tasks()[i].Unit != d.Actor.Unit {
		err = Refusal("task", Conflict, "joint.other_unit", "task")
	}
	return i, err
}

// ackTask 签收: who acknowledges it owns it from then on, unless somebody was named.
func (d *decision) ackTask(cmd AckTask) error {
	i, err := d.ownTask(cmd.Task)
	if err != nil {
		return err
	}
	if !d.tasks()[i].Acked.IsZero() {
		return Refusal("task", Conflict, "joint.task_state", "task")
	}
	t := &d.joint().Tasks[i]
	t.Acked = d.At
	if t.Owner == "" {
		t.Owner = d.Actor.ID
	}
	d.say("owner", t.Owner)
	return nil
}

// answerTask 反馈: the unit's result goes to the lead.
func (d *decision) answerTask(cmd AnswerTask) error {
	i, err := d.ownTask(cmd.Task)
	if err != nil {
		return err
	}
	if d.Order.Words.Empty() {
		return Refusal("task", Invalid, "required", "result")
	}
	t := &d.joint().Tasks[i]
	if t.Acked.IsZero() {
		t.Acked = d.At
	}
	if t.Owner == "" {
		t.Owner = d.Actor.ID
	}
	t.Done, t.Result = d.At, d.Order.Words
	d.tell(NoticeTask, Recipient{Unit: d.Case.Joint.Lead, Area: d.Area}, t.Clock.Due)
	return nil
}

// returnTask 退回重办: the lead does not take the result.
func (d *decision) returnTask(cmd ReturnTask) error {
	i, err := d.task(cmd.Task, true)
	if err != nil {
		return err
	}
	if cmd.Reason == "" {
		return Refusal("task", Invalid, "required", "reason")
	}
	k, err := d.taskClock(cmd.Due)
	if err != nil {
		return err
	}
	d.say("reason", cmd.Reason)
	d.say("due", k.Due.Format(time.RFC3339))
	t := &d.joint().Tasks[i]
	t.Done, t.Clock, t.Returns = time.Time{}, k, t.Returns+1
	d.tellTask(NoticeTask, t)
	return nil
}

// dropTask 撤销 a sub-task that is not needed any more.
func (d *decision) dropTask(cmd DropTask) error {
	i, err := d.task(cmd.Task, false)
	if err != nil {
		return err
	}
	if cmd.Reason == "" {
		return Refusal("task", Invalid, "required", "reason")
	}
	d.say("reason", cmd.Reason)
	t := &d.joint().Tasks[i]
	t.Dropped = d.At
	d.tellTask(NoticeTask, t)
	return nil
}

// taskLimit is how long a sub-task may take, and when it is reminded of. Where its giver named the end, that stands in the task.
func taskLimit(r Rules) policy.Limit { return r.Policy.Joint.Task.Limit() }

// runTasks lets the sub-tasks' clocks come to now.
func (d *decision) runTasks() bool {
	changed := false
	for i := range d.tasks() {
		if !d.Case.Joint.Tasks[i].Open() {
			continue
		}
		k := d.Case.Joint.Tasks[i].Clock
		reminded, breached := k.run(d.rules, taskLimit(d.rules), d.At)
		if !reminded && !breached {
			continue
		}
		t := &d.joint().Tasks[i]
		t.Clock, changed = k, true
		kind := "task_reminded"
		if breached {
			kind = "task_overdue"
		}
		d.begin(kind)
		d.say("task", t.ID)
		d.say("unit", t.Unit)
		d.say("due", k.Due.UTC().Format(time.RFC3339))
		d.tellTask(NoticeTask, t)
		if breached {
			if d.Case.Joint.Lead != t.Unit {
				d.tell(NoticeTask, Recipient{Unit: d.Case.Joint.Lead, Area: d.Area}, k.Due)
			}
			d.tell(NoticeBreach, Recipient{Role: Supervisor, Area: d.Area}, k.Due)
		}
		d.end()
	}
	return changed
}
